import type { Transaction } from '../database/tenant-client.ts'
import type { JobPayload, TaskName } from './job.ts'

/** A job to put into the queue. */
export interface NewJob {
  task: TaskName
  /** The id of the bound company is added to it. */
  payload: JobPayload
  /** Undefined means at once. */
  runAt?: Date | undefined
  /** Replaces a job of the company with this key that has not begun. */
  jobKey?: string | undefined
}

/**
 * Enqueues a job of the company that the transaction is bound to. It runs only if the transaction commits. SQL
 * functions call `app.enqueue_job` themselves.
 */
export async function enqueueJob(
  transaction: Transaction,
  { task, payload, runAt, jobKey }: NewJob,
): Promise<void> {
  const carried = JSON.stringify(payload)
  await transaction.$executeRaw`select app.enqueue_job(${task}, ${carried}::json, ${runAt ?? null}::timestamptz, ${jobKey ?? null})`
}
