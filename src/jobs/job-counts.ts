import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { jobsOldest } from '../metrics/load-metrics.ts'
import { jobsDead, jobsDue } from '../metrics/metrics.ts'

/** Numbers of jobs in the queue, over all companies. */
export interface JobCounts {
  /** Jobs that wait for their time or for their next attempt. */
  waiting: number
  /** Jobs whose time has come but that have not begun. */
  due: number
  /** Seconds since the time of the oldest of those. */
  oldestSeconds: number
  /** Jobs that have failed for the last time. */
  dead: number
  /** The tasks of the failed jobs. */
  deadTasks: string[]
}

const countJobs = statement({
  name: 'job_counts',
  row: rowsOf<JobCounts>(),
  text: `select (count(*) filter (where not d.is_dead and run_at > now()))::int as waiting,
      (count(*) filter (where not d.is_dead and run_at <= now() and locked_at is null))::int as due,
      coalesce(extract(epoch from now() - min(run_at)
        filter (where not d.is_dead and run_at <= now() and locked_at is null)), 0)::float8 as "oldestSeconds",
      (count(*) filter (where d.is_dead))::int as dead,
      coalesce(array_agg(distinct task_identifier) filter (where d.is_dead), '{}') as "deadTasks"
    from graphile_worker.jobs, lateral (select attempts >= max_attempts and locked_at is null as is_dead) d`,
})

/** Counts the jobs in the queue. */
export async function jobCounts(database: Database): Promise<JobCounts> {
  const [counts] = await database.measuring(countJobs, {})
  if (!counts) throw new Error('Counting gives one row.')
  return counts
}

/** Updates the metrics of the queue. If the database is unreachable, they stay as they are. */
export async function measureJobs(database: Database): Promise<void> {
  try {
    const { due, oldestSeconds, dead } = await jobCounts(database)
    jobsDue.set(due)
    jobsOldest.set(oldestSeconds)
    jobsDead.set(dead)
  } catch {
    // The readiness check reports that the database is unreachable.
  }
}
