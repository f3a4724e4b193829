import type { Services } from '../context.ts'
import { purge } from './purge.ts'

const EVERY_MS = 15 * 60_000
/** Nodes that start together look at different times. */
const FIRST_WITHIN_MS = 5 * 60_000

/** Purges from time to time until it is stopped. */
export function startPurging(services: Services): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(run, Math.random() * FIRST_WITHIN_MS).unref()

  function run(): void {
    running = purge(services, stopping.signal)
      .then(
        (purged) => services.log.info(purged, 'what is past its time was deleted'),
        (error) => services.log.warn({ err: error }, 'what is past its time could not be deleted'),
      )
      .finally(() => {
        if (!stopping.signal.aborted) timer = setTimeout(run, EVERY_MS).unref()
      })
  }

  return {
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}
