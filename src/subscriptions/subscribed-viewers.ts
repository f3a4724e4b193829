import type { Viewer } from '../auth/viewer.ts'
import { requireOpen } from '../companies/require-open.ts'
import { Shared } from '../concurrency/shared.ts'
import {
  type Context,
  createContext,
  type Services,
  type SubscribedViewer,
  type SubscribedViewers,
} from '../context.ts'
import type { Batch } from '../events/event-row.ts'
import { createLoaders, type SharedLoaders } from '../loaders.ts'
import { createSharedReads, type SharedReads } from './shared-reads.ts'

/**
 * Reuse the reads of one event for later events of its batch for 500 ms. Lost access must take effect within a second,
 * and rechecking an event uses the other half.
 */
export const FRESH_MS = 500

interface Company {
  reads: SharedReads
  /** Contexts by user id. */
  contexts: Map<string, Context>
}

/** Creates an empty collection. */
export function createSubscribedViewers(): SubscribedViewers {
  const people = new Shared<string, SubscribedPerson>()
  const companies = new Map<string, Company>()

  function companyAsOf({ database }: Services, companyId: string, batch: Batch): Company {
    const known = companies.get(companyId)
    if (known && known.reads.madeAt >= batch.readAt && performance.now() - known.reads.madeAt < FRESH_MS)
      return known
    const company = { reads: createSharedReads(database.forSystem(companyId)), contexts: new Map() }
    companies.set(companyId, company)
    // Later events do not reuse these reads.
    setTimeout(() => {
      if (companies.get(companyId) === company) companies.delete(companyId)
    }, FRESH_MS).unref()
    return company
  }

  return {
    enter: ({ viewer, services }) =>
      people.hold(keyOf(viewer), () => new SubscribedPerson(services, viewer, companyAsOf)),
  }
}

/** A policy decides for each person, so its conversations are read for each person. */
function sharedLoaders({ policy }: Services, reads: SharedReads, userId: string): SharedLoaders {
  const shared = reads.of(userId)
  return policy && shared.user ? { user: shared.user } : shared
}

/** A member who is tied to another login later must sign in again, so each login has its own entry. */
function keyOf({ companyId, userId, user: { issuer, subject } }: Viewer): string {
  return JSON.stringify([companyId, userId, issuer, subject])
}

type CompanyAsOf = (services: Services, companyId: string, batch: Batch) => Company

class SubscribedPerson implements SubscribedViewer {
  viewer: Viewer
  readonly services: Services
  readonly #companyAsOf: CompanyAsOf
  #foundAt: number | undefined
  #finding: Promise<boolean> | undefined

  constructor(services: Services, viewer: Viewer, companyAsOf: CompanyAsOf) {
    this.viewer = viewer
    this.services = services
    this.#companyAsOf = companyAsOf
  }

  get isCurrent(): boolean {
    return this.#foundAt === this.services.viewers.timesForgotten(this.viewer.companyId)
  }

  refresh(): Promise<boolean> {
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined
    })
    return this.#finding
  }

  async #find(): Promise<boolean> {
    const { viewers } = this.services
    try {
      const now = viewers.timesForgotten(this.viewer.companyId)
      const viewer = await viewers.renew(this.viewer)
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
    const company = this.#companyAsOf(this.services, companyId, batch)
    const known = company.contexts.get(userId)
    if (known?.viewer === this.viewer) return known
    const context = createContext(this.services, this.viewer)
    context.loaders = createLoaders(
      context.tenant,
      userId,
      this.services.presence,
      [],
      sharedLoaders(this.services, company.reads, userId),
    )
    company.contexts.set(userId, context)
    return context
  }
}
