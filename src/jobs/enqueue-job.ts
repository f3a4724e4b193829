import type { Transaction } from '../database/tenant-client.ts'
import type { JobPayload, TaskName } from './job.ts'

/** A job to put into the queue. */
export interface NewJob {
  task: TaskName
  /** The bound company is added to it. */
  payload: JobPayload
  /** Undefined: at once. */
  runAt?: Date | undefined
  /** A job of the company with this key that has not begun is replaced. */
  jobKey?: string | undefined
}

/**
 * Enqueues a job of the company the transaction is bound to: it runs if, and only if, the transaction commits. SQL functions
 * call `app.enqueue_job` themselves.
 */
export async function enqueueJob(
  transaction: Transaction,
  { task, payload, runAt, jobKey }: NewJob,
): Promise<void> {
  const carried = JSON.stringify(payload)
  await transaction.$executeRaw`select app.enqueue_job(${task}, ${carried}::json, ${runAt ?? null}::timestamptz, ${jobKey ?? null})`
}
