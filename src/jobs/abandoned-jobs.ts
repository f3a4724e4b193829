import type { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { reasonOf } from '../reason.ts'

/**
 * A runner locks its name for as long as its connection lives. PostgreSQL releases the lock with the connection: at
 * once if the process dies, and after a timeout if the machine vanishes.
 */
const LOCK = (name: string) => `pg_catalog.hashtextextended('colloquy jobs ' || ${name}, 0)`

const holdName = `select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false), pg_catalog.pg_advisory_lock(${LOCK('$1::text')})`

/** A runner locks its name only a moment after it starts, so jobs that were taken just now are left alone. */
const unlockAbandoned = statement({
  name: 'unlock_abandoned_jobs',
  row: rowsOf<{ runners: number }>(),
  text: `with abandoned as materialized (
      select j.locked_by from (
        select distinct locked_by from graphile_worker.jobs where locked_at < now() - interval '10 seconds'
      ) j
      where pg_catalog.pg_try_advisory_xact_lock(${LOCK('j.locked_by')})
    )
    select count(*)::int as runners, graphile_worker.force_unlock_workers(array_agg(locked_by)) from abandoned having count(*) > 0`,
})

interface ListenEvent {
  workerPool: { id: string }
  client: {
    once(event: 'drain', heard: () => void): unknown
    query(text: string, values: unknown[]): Promise<unknown>
  }
}

/** Locks the runner's name on its listening connection, each time that is opened. */
export function keepAlive(events: EventEmitter, log: Logger): void {
  events.on('pool:listen:success', ({ workerPool, client }: ListenEvent) => {
    // After LISTEN, because a connection runs one query at a time. A broken connection is opened again, and locks
    // again.
    client.once('drain', () => {
      client.query(holdName, [workerPool.id]).catch((error: Error) => {
        log.debug({ reason: error.message }, 'the job runner could not say that it is there')
      })
    })
  })
}

/** Releases the jobs of runners that have died to the others. */
export async function unlockAbandonedJobs({ database, log }: Services): Promise<void> {
  try {
    const [found] = await database.acrossCompanies(unlockAbandoned, {})
    if (found) log.warn({ runners: found.runners }, 'took over the jobs of runners that are gone')
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, 'could not look for abandoned jobs')
  }
}
