import type { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { reasonOf } from '../reason.ts'

/**
 * A runner's name in the queue is locked for as long as its connection lives. Locks of PostgreSQL end with the connection,
 * so that of a process that died is free at once; a machine that vanished is noticed by its silence.
 */
const LOCK = (name: string) => `pg_catalog.hashtextextended('colloquy jobs ' || ${name}, 0)`

const holdName = `select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false), pg_catalog.pg_advisory_lock(${LOCK('$1::text')})`

/** A runner holds its name a moment after it begins, so a job taken just now is left alone. */
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

/** Has a runner hold its name on the connection it listens on, each time it makes one. */
export function keepAlive(events: EventEmitter, log: Logger): void {
  events.on('pool:listen:success', ({ workerPool, client }: ListenEvent) => {
    // Once LISTEN is done: a connection takes one query at a time. One that breaks is made anew, and so is this.
    client.once('drain', () => {
      client.query(holdName, [workerPool.id]).catch((error: Error) => {
        log.debug({ reason: error.message }, 'the job runner could not say that it is there')
      })
    })
  })
}

/** Gives the jobs of runners that are no more to the others. */
export async function unlockAbandonedJobs({ database, log }: Services): Promise<void> {
  try {
    const [found] = await database.acrossCompanies(unlockAbandoned, {})
    if (found) log.warn({ runners: found.runners }, 'took over the jobs of runners that are gone')
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, 'could not look for abandoned jobs')
  }
}
