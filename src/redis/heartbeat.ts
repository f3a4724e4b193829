import type { Redis } from 'ioredis'
import { withDeadline } from './deadline.ts'

const BEAT_MS = 2_000
const MISSES_ALLOWED = 1

/**
 * Reconnects a client whose connection is silent without being closed (a stopped server, a dropped route). Returns a
 * function that stops it.
 */
export function startHeartbeat(client: Redis): () => void {
  let misses = 0
  const timer = setInterval(() => {
    if (client.status !== 'ready') {
      misses = 0
      return
    }
    withDeadline(client.ping(), BEAT_MS).then(
      () => {
        misses = 0
      },
      () => {
        // One missing answer may be caused by a pause of this process.
        misses += 1
        if (misses > MISSES_ALLOWED && client.status === 'ready') client.disconnect(true)
      },
    )
  }, BEAT_MS)
  timer.unref()
  return () => clearInterval(timer)
}
