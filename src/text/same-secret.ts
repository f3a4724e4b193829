import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares two secrets in a time that tells nothing of where they differ. */
export function isSameSecret(given: string | Uint8Array, expected: string | Uint8Array): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** Comparing in constant time requires equal lengths. */
function digest(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest()
}
