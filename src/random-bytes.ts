import { randomBytes } from 'node:crypto'

/** A call of the system's generator costs as much for 16 bytes as for thousands. */
const POOL_BYTES = 4096

let pool = randomBytes(0)
let used = 0

/** Returns cryptographically strong random bytes, at most 4096 of them, drawn from the system's generator many at a time. */
export function pooledRandomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    // A new pool, because bytes of the old one are still in use.
    pool = randomBytes(POOL_BYTES)
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}
