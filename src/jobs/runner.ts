import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Runner } from 'graphile-worker'
import type { Logger } from 'pino'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Services } from '../context.ts'
import { type JobsPool, openJobsPool } from '../database/jobs-pool.ts'
import { JOBS_SCHEMA } from '../database/jobs-schema.ts'
import { reasonOf } from '../reason.ts'
import { keepAlive, unlockAbandonedJobs } from './abandoned-jobs.ts'
import type { TaskHandler, Tasks } from './job.ts'
import { runJob } from './run-job.ts'

/** The queue, and the handlers of its jobs. */
export interface JobRunnerOptions {
  /** The URL of the system role, which owns the queue. */
  systemUrl: string
  services: Services
  tasks: Tasks
}

/** Runs jobs until it is stopped. */
export interface JobRunner {
  /**
   * Takes no more jobs and waits for running ones. Jobs that take longer than five seconds are returned to the queue.
   */
  stop(): Promise<void>
}

const CONCURRENCY = 2
/** New jobs are notified. This is the maximum delay of a job that waits for its time. */
const POLL_MS = 1_000
const RECOVER_EVERY_MS = 5_000
const HAND_BACK_AFTER_MS = 5_000
const RESTART_AFTER_MS = 1_000

/**
 * Starts running jobs. Returns at once, and tries again while the database is unreachable. Each process has one runner.
 * A job is run by one of them, and the job of a process that died is run by another within seconds.
 */
export function startJobRunner({ systemUrl, services, tasks }: JobRunnerOptions): JobRunner {
  const stopping = new AbortController()
  const { signal } = stopping
  const running = Object.keys(tasks).length === 0 ? Promise.resolve() : keepRunning()
  const recovery = startPeriodicTask(() => unlockAbandonedJobs(services), { everyMs: RECOVER_EVERY_MS })

  async function keepRunning(): Promise<void> {
    while (!signal.aborted) {
      const pool = openJobsPool(systemUrl, CONCURRENCY + 2, services.log)
      try {
        await runUntilStopped(pool, services, tasks, signal)
      } catch (error) {
        services.log.warn({ reason: reasonOf(error) }, 'the job runner starts anew')
      } finally {
        await pool.close()
      }
      await delay(RESTART_AFTER_MS, undefined, { signal }).catch(() => {})
    }
  }

  return {
    async stop() {
      stopping.abort()
      await Promise.all([recovery.stop(), running])
    },
  }
}

/** Runs jobs until the signal, or until graphile-worker gives up because it cannot record the end of a job. */
async function runUntilStopped(
  pool: JobsPool,
  services: Services,
  tasks: Tasks,
  signal: AbortSignal,
): Promise<void> {
  // Loaded here, so that commands which run no jobs start faster.
  const { Logger: WorkerLogger, run } = await import('graphile-worker')
  const events = new EventEmitter()
  keepAlive(events, services.log)
  const runner = await run({
    pgPool: pool.pool,
    schema: JOBS_SCHEMA,
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    gracefulShutdownAbortTimeout: HAND_BACK_AFTER_MS,
    noHandleSignals: true,
    parsedCronItems: [],
    taskList: Object.fromEntries(
      Object.entries(tasks).map(([name, handler]) => [name, toWorkerTask(services, name, handler)]),
    ),
    logger: new WorkerLogger(
      () => (level, message, meta) => report(services.log, signal.aborted ? 'debug' : level, message, meta),
    ),
    events,
    // With batches, a failure to record the end of a job would be an unhandled rejection.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
  await stoppedBy(runner, signal)
}

function toWorkerTask(services: Services, task: string, handler: TaskHandler) {
  return (payload: unknown, { job, abortSignal }: import('graphile-worker').JobHelpers) =>
    runJob(services, handler, {
      id: job.id,
      task,
      payload,
      attempt: job.attempts,
      maxAttempts: job.max_attempts,
      signal: abortSignal ?? new AbortController().signal,
    })
}

async function stoppedBy(runner: Runner, signal: AbortSignal): Promise<void> {
  const stop = () => void runner.stop().catch(() => {})
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  await runner.promise.finally(() => signal.removeEventListener('abort', stop))
}

/** runJob logs the result of a job; graphile-worker would log its payload too. */
function report(log: Logger, level: string, message: string, meta: object | undefined): void {
  if (meta && ('failure' in meta || 'success' in meta)) return
  if (level === 'error' || level === 'warning') log.warn({ reason: message }, 'the job runner has a problem')
  else log.debug({ reason: message }, 'the job runner goes on')
}
