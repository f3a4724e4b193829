import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Services } from '../context.ts'
import { purge } from './purge.ts'

const EVERY_MS = 15 * 60_000
/** A random delay, so that processes which start together purge at different times. */
const FIRST_WITHIN_MS = 5 * 60_000

/** Purges from time to time until it is stopped. */
export function startPurging(services: Services): PeriodicTask {
  const finished = new Map<string, number>()
  return startPeriodicTask(
    (signal) =>
      purge(services, { signal, finished }).then(
        (purged) => services.log.info(purged, 'what is past its time was deleted'),
        (error) => services.log.warn({ err: error }, 'what is past its time could not be deleted'),
      ),
    { everyMs: EVERY_MS, firstAfterMs: Math.random() * FIRST_WITHIN_MS },
  )
}
