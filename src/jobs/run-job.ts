import { createContext, type Services } from '../context.ts'
import { KeysDestroyedError } from '../encryption/errors.ts'
import { isUuid } from '../ids.ts'
import { jobsEnded } from '../metrics/metrics.ts'
import type { JobPayload, TaskHandler } from './job.ts'

/** The row of a job in the queue. */
export interface QueuedJob {
  id: string
  task: string
  payload: unknown
  attempt: number
  maxAttempts: number
  signal: AbortSignal
}

/** The context of an impersonated member is valid for as long as the longest job. */
const ACTS_FOR_MS = 60 * 60_000

/** Runs a job's handler, records and logs its result, and throws the error that the queue stores of a failure. */
export async function runJob(services: Services, handler: TaskHandler, queued: QueuedJob): Promise<void> {
  const { id, task, attempt } = queued
  const isLastAttempt = attempt >= queued.maxAttempts
  const log = services.log.child({ task, job: id, attempt })
  const startedAt = performance.now()
  try {
    const job = { ...bind(services, queued.payload), attempt, isLastAttempt, signal: queued.signal, services }
    const work = () => unlessHandedBack(handler(job), queued.signal)
    await (services.traces ? services.traces.job(task, attempt, work) : work())
  } catch (error) {
    if (error instanceof KeysDestroyedError) return giveUpJob(task, log)
    const reason = nameAndMessageOf(error)
    jobsEnded.inc({ task, outcome: isLastAttempt ? 'dead' : 'failed' })
    if (isLastAttempt) log.error({ reason, stack: stackLinesOf(error) }, 'a job failed for good')
    else log.warn({ reason, stack: stackLinesOf(error) }, 'a job failed and will be tried again')
    throw new Error(reason)
  }
  jobsEnded.inc({ task, outcome: 'done' })
  log.debug({ ms: Math.round(performance.now() - startedAt) }, 'a job is done')
}

/** Nothing is left to do for a company whose keys are destroyed. */
function giveUpJob(task: string, log: Services['log']): void {
  jobsEnded.inc({ task, outcome: 'done' })
  log.info('a job has nothing to do: the keys of its company are destroyed')
}

function bind(services: Services, carried: unknown) {
  const { companyId, ...payload } = carried as JobPayload
  if (typeof companyId !== 'string' || !isUuid(companyId)) throw new TypeError('A job names its company.')
  return {
    companyId,
    payload,
    tenant: services.database.forSystem(companyId),
    keys: () => services.keyring.forCompany(companyId),
    async contextOf(userId: string) {
      const profile = await services.viewers.find(companyId, userId)
      const expiresAt = new Date(Date.now() + ACTS_FOR_MS)
      return createContext(services, { ...profile, expiresAt, mayChangeCompany: false })
    },
  }
}

/** A handler that ignores the signal must not keep the process from stopping. */
async function unlessHandedBack(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let giveUp = () => {}
  const handedBack = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new Error('The process stops, so the job was handed back.'))
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp)
  })
  await Promise.race([work, handedBack]).finally(() => signal.removeEventListener('abort', giveUp))
}

/** Without the detail and the cause of an error, where values and texts may stand. */
function nameAndMessageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'Something that is no error was thrown.'
}

function stackLinesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : []
  return lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim())
}
