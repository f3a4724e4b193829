import type { Database } from '../../database/database.ts'
import { jobCounts } from '../../jobs/job-counts.ts'
import { StartupProblem } from '../../startup-problem.ts'
import type { Findings } from './findings.ts'

/** Checks that no job has failed for good. */
export async function checkJobs(database: Database, findings: Findings): Promise<void> {
  await findings.check('jobs', async () => {
    const { waiting, due, dead, deadTasks } = await jobCounts(database)
    if (dead === 0) return `${due} due, ${waiting} waiting, none has failed for good`
    throw new StartupProblem(
      `${dead} ${dead === 1 ? 'job has' : 'jobs have'} failed for good (${deadTasks.join(', ')}): graphile_worker.jobs says why. As colloquy_system, reschedule_jobs in that schema tries them again and complete_jobs gives them up.`,
    )
  })
}
