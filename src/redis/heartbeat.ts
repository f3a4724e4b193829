import type { Redis } from 'ioredis'

const BEAT_MS = 2_000
const MISSES_ALLOWED = 1

/** Reconnects a client whose link went silent without closing (a stopped server, a dropped route); returns how to stop. */
export function startHeartbeat(client: Redis): () => void {
  let misses = 0
  const timer = setInterval(() => {
    if (client.status !== 'ready') {
      misses = 0
      return
    }
    client.ping().then(
      () => {
        misses = 0
      },
      () => {
        // One miss may be a pause of this very process.
        misses += 1
        if (misses > MISSES_ALLOWED && client.status === 'ready') client.disconnect(true)
      },
    )
  }, BEAT_MS)
  timer.unref()
  return () => clearInterval(timer)
}
