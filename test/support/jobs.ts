import { enqueueJob, type NewJob } from '../../src/jobs/enqueue-job.ts'
import type { Job, Tasks } from '../../src/jobs/job.ts'
import type { TestApp, TestCompany } from './app.ts'
import { contextOf } from './context.ts'
import { query } from './embedded-postgres.ts'

/** A job as it lies in the queue. */
export interface QueueRow {
  task: string
  payload: Record<string, unknown>
  attempts: number
  error: string | null
  key: string | null
  isLocked: boolean
}

/** Handlers that note what they are given, and then do what the test wants. */
export function recordJobs(act: (job: Job) => Promise<void> = async () => {}) {
  const done: Job[] = []
  async function handler(job: Job): Promise<void> {
    done.push(job)
    await act(job)
  }
  return { done, tasks: { send_broadcast: handler, send_digest: handler } satisfies Tasks }
}

/** Enqueues as a member does, in a transaction of the member's own. */
export async function enqueueAs(
  app: TestApp,
  { alice, companyUuid }: TestCompany<'alice'>,
  job: NewJob,
): Promise<void> {
  const { tenant } = await contextOf(app, companyUuid, alice)
  await tenant.transaction((transaction) => enqueueJob(transaction, job))
}

/** The jobs in the queue, oldest first. */
export async function queueOf({ database }: TestApp): Promise<QueueRow[]> {
  return query(
    database.systemUrl,
    `select t.identifier as task, j.payload, j.attempts, j.last_error as error, j.key, j.locked_at is not null as "isLocked"
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id order by j.id`,
  )
}
