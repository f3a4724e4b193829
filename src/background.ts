import { startSweepingAttachments } from './attachments/operations/start-sweeping-attachments.ts'
import { startPostingNotes } from './audit/post-notes.ts'
import { startSealer } from './audit/sealer.ts'
import type { Services } from './context.ts'
import { startRefreshingStatistics } from './database/refresh-statistics.ts'
import { startQueueingDigests } from './digests/queue-digests.ts'
import { startExpiringExports } from './exports/operations/start-expiring-exports.ts'
import type { Tasks } from './jobs/job.ts'
import { type JobRunner, startJobRunner } from './jobs/runner.ts'
import { startPushing } from './push/operations/start-pushing.ts'
import { startPurging } from './retention/start-purging.ts'

/** The work of a process that nobody waits for. */
export interface Background {
  runner: JobRunner
  /** Ends all of it, the last started first. */
  stop(): Promise<void>
}

/** Starts running jobs, and everything that a timer does. `noteUrl` is where notes of the audit trail are posted. */
export function startBackground({
  systemUrl,
  services,
  tasks,
  noteUrl,
}: {
  systemUrl: string
  services: Services
  tasks: Tasks
  noteUrl: URL | undefined
}): Background {
  const { database, log, audit } = services
  const runner = startJobRunner({ systemUrl, services, tasks })
  const digests = startQueueingDigests(services)
  const pushing = services.push && startPushing(services)
  const purging = startPurging(services)
  const post = startPostingNotes(noteUrl, log)
  const sealer = startSealer({ database, log, post, ...audit })
  const expiring = startExpiringExports(services)
  const sweeping = startSweepingAttachments(services)
  const statistics = startRefreshingStatistics(services)
  return {
    runner,
    async stop() {
      for (const each of [statistics, sweeping, expiring, sealer, post, purging, pushing, digests, runner])
        await each?.stop()
    },
  }
}
