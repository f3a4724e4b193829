import type { Viewer } from '../auth/viewer.ts'
import { requireOpen } from '../companies/require-open.ts'
import { type Context, createContext, type Parts } from '../context.ts'
import type { Batch } from '../live/event-row.ts'
import { createLoaders } from '../loaders.ts'
import { createSharedReads, type SharedReads } from './shared-reads.ts'

/**
 * What was read for one event is as good for those of the same batch that follow within this time: access ends within a second,
 * of which looking at the event again takes half.
 */
export const FRESH_MS = 500

/** One person's subscriptions in this process have one viewer, and read what their events show once. */
export interface SubscribedViewer {
  readonly viewer: Viewer
  readonly parts: Parts
  /** False once access in the company may have changed since the viewer was found. */
  readonly isCurrent: boolean
  /** Finds the viewer again; false for one who may read nothing any more, or of whom that cannot be told. */
  refresh(): Promise<boolean>
  /** A context that has read nothing from before the batch was read. */
  context(batch: Batch): Context
}

/** The people who have subscriptions in this process. */
export interface SubscribedViewers {
  /** One person, until the last of that person's subscriptions has left. */
  enter(context: Context): { subscribed: SubscribedViewer; leave(): void }
}

interface Company {
  reads: SharedReads
  /** By user. */
  contexts: Map<string, Context>
}

/** Creates an empty record. */
export function createSubscribedViewers(): SubscribedViewers {
  const people = new Map<string, { subscribed: SubscribedPerson; count: number }>()
  const companies = new Map<string, Company>()

  function companyAsOf({ database }: Parts, companyId: string, batch: Batch): Company {
    const known = companies.get(companyId)
    if (known && known.reads.madeAt >= batch.readAt && performance.now() - known.reads.madeAt < FRESH_MS)
      return known
    const company = { reads: createSharedReads(database.forChores(companyId)), contexts: new Map() }
    companies.set(companyId, company)
    // What was read is kept for no later event.
    setTimeout(() => {
      if (companies.get(companyId) === company) companies.delete(companyId)
    }, FRESH_MS).unref()
    return company
  }

  return {
    enter({ viewer, parts }) {
      const key = `${viewer.companyId} ${viewer.userId}`
      const person = people.get(key) ?? {
        subscribed: new SubscribedPerson(parts, viewer, companyAsOf),
        count: 0,
      }
      people.set(key, person)
      person.count += 1
      let isIn = true
      return {
        subscribed: person.subscribed,
        leave() {
          if (!isIn) return
          isIn = false
          person.count -= 1
          if (person.count === 0) people.delete(key)
        },
      }
    },
  }
}

type CompanyAsOf = (parts: Parts, companyId: string, batch: Batch) => Company

class SubscribedPerson implements SubscribedViewer {
  viewer: Viewer
  readonly parts: Parts
  readonly #companyAsOf: CompanyAsOf
  #foundAt: number | undefined
  #finding: Promise<boolean> | undefined

  constructor(parts: Parts, viewer: Viewer, companyAsOf: CompanyAsOf) {
    this.viewer = viewer
    this.parts = parts
    this.#companyAsOf = companyAsOf
  }

  get isCurrent(): boolean {
    return this.#foundAt === this.parts.viewers.timesForgotten(this.viewer.companyId)
  }

  refresh(): Promise<boolean> {
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined
    })
    return this.#finding
  }

  async #find(): Promise<boolean> {
    const { companyId, userId } = this.viewer
    const { viewers } = this.parts
    try {
      const now = viewers.timesForgotten(companyId)
      const viewer = { ...this.viewer, ...(await viewers.find(companyId, userId)) }
      requireOpen(viewer, 'read')
      this.viewer = viewer
      this.#foundAt = now
      return true
    } catch {
      return false
    }
  }

  context(batch: Batch): Context {
    const { companyId, userId } = this.viewer
    const company = this.#companyAsOf(this.parts, companyId, batch)
    const known = company.contexts.get(userId)
    if (known?.viewer === this.viewer) return known
    const context = createContext(this.parts, this.viewer)
    context.loaders = createLoaders(context.tenant, userId, this.parts.presence, [], company.reads.of(userId))
    company.contexts.set(userId, context)
    return context
  }
}
