import type { Logger } from 'pino'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Database } from '../database/database.ts'
import { sealingRefused } from '../metrics/metrics.ts'
import { reasonOf } from '../reason.ts'
import type { NotePost } from './post-notes.ts'
import { BehindNoteError, type Sealed, type Sealing, sealCompany } from './seal-company.ts'
import { becomeSealer, unsealedCompanies } from './seal-statements.ts'

/** With the time that sealing takes, an event is sealed within a second. */
const EVERY_MS = 700
const MAX_COMPANIES_AT_ONCE = 4
/** A company whose trail cannot be sealed is logged once in this time. */
const TOLD_AGAIN_MS = 60_000

/** The dependencies of the sealer. */
export interface SealerOptions extends Sealing {
  database: Pick<Database, 'forSystem' | 'sealing'>
  post: NotePost
  log: Logger
}

/** Starts sealing the trails of all companies. One process of a deployment does it; the others wait until it ends. */
export function startSealer(options: SealerOptions): PeriodicTask {
  const { database, log } = options
  const seal = createSealer(options)
  return startPeriodicTask(
    async (signal) => {
      try {
        const [turn] = await database.sealing(becomeSealer, {})
        if (turn?.isSealer) await seal(signal)
      } catch (error) {
        log.warn({ reason: reasonOf(error) }, 'the audit trail could not be sealed')
      }
    },
    { everyMs: EVERY_MS, firstAfterMs: 0 },
  )
}

/** Returns a function that seals whatever is not sealed. */
function createSealer(options: SealerOptions): (signal?: AbortSignal) => Promise<void> {
  const { database, post, log } = options
  /** Companies whose trail cannot be sealed, and when that was logged last. */
  const refused = new Map<string, number>()

  async function sealAll(companyId: string, signal?: AbortSignal): Promise<void> {
    try {
      let sealed: Sealed | undefined
      do {
        sealed = await sealCompany(options, companyId)
        if (!sealed) break
        log.info({ companyId, note: sealed.note }, 'the audit trail was sealed')
        post.offer(companyId, sealed.note)
      } while (sealed.hasMore && !signal?.aborted)
      refused.delete(companyId)
    } catch (error) {
      tell(companyId, error)
    }
  }

  function tell(companyId: string, error: unknown): void {
    if (performance.now() - (refused.get(companyId) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return
    refused.set(companyId, performance.now())
    const level = error instanceof BehindNoteError ? 'error' : 'warn'
    log[level]({ companyId, reason: reasonOf(error) }, 'the audit trail of a company could not be sealed')
  }

  return async (signal) => {
    const companies = (await database.sealing(unsealedCompanies, {})).map(({ companyId }) => companyId)
    const workers = Array.from({ length: MAX_COMPANIES_AT_ONCE }, async () => {
      for (let next = companies.pop(); next && !signal?.aborted; next = companies.pop())
        await sealAll(next, signal)
    })
    await Promise.all(workers)
    sealingRefused.set(refused.size)
  }
}
