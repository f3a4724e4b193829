import type { Logger } from 'pino'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import { notePostFailures } from '../metrics/metrics.ts'
import { reasonOf } from '../reason.ts'

/** Brings notes to a place outside of the deployment. */
export interface NotePost {
  /** Posts a note soon. Only the latest of a company is tried again, because it covers those before it. */
  offer(companyId: string, note: string): void
  stop(): Promise<void>
}

const EVERY_MS = 250
const RETRY_MS = 5_000
const MAX_ANSWER_MS = 5_000

/** Starts posting notes to an address, each as a text. Without an address nothing is posted. */
export function startPostingNotes(url: URL | undefined, log: Logger): NotePost {
  const waiting = new Map<string, string>()
  let pausedUntil = 0

  async function postAll(signal: AbortSignal): Promise<void> {
    if (!url || performance.now() < pausedUntil) return
    for (const [companyId, note] of waiting) {
      try {
        await post(url, note, signal)
        // A later note may have come meanwhile.
        if (waiting.get(companyId) === note) waiting.delete(companyId)
      } catch (error) {
        if (signal.aborted) return
        notePostFailures.inc()
        log.warn({ companyId, reason: reasonOf(error) }, 'a note of the audit trail could not be posted')
        pausedUntil = performance.now() + RETRY_MS
        return
      }
    }
  }

  const task: PeriodicTask | undefined = url && startPeriodicTask(postAll, { everyMs: EVERY_MS })
  return {
    offer(companyId, note) {
      if (url) waiting.set(companyId, note)
    },
    stop: async () => task?.stop(),
  }
}

async function post(url: URL, note: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: note,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(MAX_ANSWER_MS)]),
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`The answer had status ${answer.status}.`)
}
