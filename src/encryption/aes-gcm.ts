import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { freeBytes } from '../free-bytes.ts'
import { pooledRandomBytes } from '../random-bytes.ts'

const algorithm = 'aes-256-gcm'
// Random nonces are safe for 2^32 texts with one key (NIST SP 800-38D, 8.3): a collision is then less likely than
// 2^-32.
const nonceBytes = 12
const tagBytes = 16

/** Number of bytes that `seal` adds to a plaintext besides the header: the nonce and the tag. */
const sealOverheadBytes = nonceBytes + tagBytes

/** Encrypts a plaintext by AES-256-GCM with a random nonce. Returns the header, nonce, ciphertext and tag. */
export function seal(
  key: KeyObject,
  plaintext: string | Uint8Array,
  associated: Buffer,
  header: Buffer,
): Buffer {
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext
  const sealed = Buffer.allocUnsafe(header.length + bytes.length + sealOverheadBytes)
  header.copy(sealed)
  sealInto(sealed, header.length, key, bytes, associated)
  return sealed
}

/** Encrypts bytes in the same way, without a header, into a buffer from this place on. Returns the place after them. */
export function sealInto(
  target: Buffer,
  at: number,
  key: KeyObject,
  plaintext: Uint8Array,
  associated: Buffer,
): number {
  const nonce = pooledRandomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(associated)
  let end = at + nonce.copy(target, at)
  const encrypted = cipher.update(plaintext)
  end += encrypted.copy(target, end)
  freeBytes(encrypted)
  cipher.final()
  return end + cipher.getAuthTag().copy(target, end)
}

/**
 * Decrypts the output of `seal` without its header. Returns null if the key, the associated data or any bit differs.
 */
export function open(key: KeyObject, sealed: Buffer, associated: Buffer): Buffer | null {
  if (sealed.length < sealOverheadBytes) return null
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plaintext = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes))
  try {
    decipher.final()
  } catch {
    return null
  }
  return plaintext
}
