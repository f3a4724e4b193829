import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { freeBytes } from '../free-bytes.ts'
import { isSameSecret } from '../text/same-secret.ts'
import { open, sealInto } from './aes-gcm.ts'
import type { AssociatedData } from './associated-data.ts'
import type { CompanyKeys } from './company-keys.ts'
import { DecryptionError } from './errors.ts'

/** Bytes of plaintext in a chunk; the last one of a file has fewer. */
export const CHUNK_BYTES = 16 * 1024
/** Bytes of a full chunk as it is stored: with its nonce and tag. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + 28
/** Chunks that are sealed at once. Steps between asynchronous streams cost as much as encryption. */
const SEALED_AT_ONCE = 16
/** Chunks that are opened at once, so that a hundred downloads take a few megabytes. */
const OPENED_AT_ONCE = 4
/** Stored bytes that are opened at once: to read as many at a time saves a copy. */
export const OPENED_BYTES = OPENED_AT_ONCE * SEALED_CHUNK_BYTES
/** Bytes before the first chunk of a part. */
export const COMMITMENT_BYTES = 32

/** The key of a file. Its commitment stands before each part, so that no stored bytes can be opened with two keys. */
export interface FileKey {
  content: KeyObject
  commitment: Buffer
}

/** The file that chunks belong to: `about` names company, record and content, `chunks` is the number of all of them. */
export interface ChunkedFile {
  key: FileKey
  about: string
  chunks: number
}

/** Makes a key for a file, and returns it as the company's key wraps it. */
export function newFileKey(keys: CompanyKeys, location: AssociatedData): Buffer {
  return keys.encrypt(randomBytes(32).toString('base64'), location)
}

/** Opens a key that `newFileKey` has made. Throws DecryptionError. */
export function openFileKey(keys: CompanyKeys, location: AssociatedData, sealed: Uint8Array): FileKey {
  const secret = Buffer.from(keys.decrypt(sealed, location), 'base64')
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `colloquy ${purpose}`, 32))
  return { content: createSecretKey(derive('file content')), commitment: derive('file commitment') }
}

/**
 * Encrypts a part of a file, which begins at this chunk. Each chunk is bound to its file, its place, and whether it is the last of
 * the file, so that none can be changed, moved, left out or cut off unnoticed, and each can be read by itself. The commitment comes first.
 * Each buffer is valid until the next is asked for: memory for each would cost more than its encryption.
 */
export async function* sealChunks(
  file: ChunkedFile,
  first: number,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const { content, commitment } = file.key
  const sealed = Buffer.allocUnsafeSlow(COMMITMENT_BYTES + SEALED_AT_ONCE * SEALED_CHUNK_BYTES)
  let index = first
  for await (const bytes of inPieces(plain, SEALED_AT_ONCE * CHUNK_BYTES)) {
    let end = index === first ? commitment.copy(sealed) : 0
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      const chunk = bytes.subarray(start, start + CHUNK_BYTES)
      end = sealInto(sealed, end, content, chunk, placeOf(file, index))
      index += 1
    }
    yield sealed.subarray(0, end)
  }
}

/**
 * Decrypts chunks from this one on, in the buffers that they come in. Each buffer is valid until the next is asked for. Throws
 * DecryptionError at chunks that are not as they were written, before any of the buffer is given away.
 */
export async function* openChunks(
  file: ChunkedFile,
  first: number,
  sealed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let index = first
  for await (const bytes of inPieces(sealed, OPENED_BYTES)) {
    let opened = 0
    for (let start = 0; start < bytes.length; start += SEALED_CHUNK_BYTES) {
      const chunk = bytes.subarray(start, start + SEALED_CHUNK_BYTES)
      const plain = open(file.key.content, chunk, placeOf(file, index))
      if (!plain) throw new DecryptionError()
      opened += plain.copy(bytes, opened)
      freeBytes(plain)
      index += 1
    }
    yield bytes.subarray(0, opened)
  }
}

/** Throws DecryptionError unless a part was written with this key. */
export function assertCommitted({ commitment }: FileKey, stored: Uint8Array): void {
  if (!isSameSecret(stored, commitment)) throw new DecryptionError()
}

/**
 * Cuts a stream into pieces of this many bytes, the last of which may be shorter. Bytes that come as a whole piece are not copied, all
 * others into one buffer that is used again and again, so a piece is valid until the next is asked for.
 */
async function* inPieces(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let piece: Buffer | undefined
  let filled = 0
  for await (const bytes of stream) {
    for (let taken = 0; taken < bytes.length; ) {
      if (filled === 0 && bytes.length - taken >= size) {
        yield bytes.subarray(taken, taken + size)
        taken += size
        continue
      }
      piece ??= Buffer.allocUnsafeSlow(size)
      const copied = bytes.copy(piece, filled, taken)
      filled += copied
      taken += copied
      if (filled < size) continue
      filled = 0
      yield piece
    }
  }
  if (piece && filled > 0) yield piece.subarray(0, filled)
}

function placeOf({ about, chunks }: ChunkedFile, index: number): Buffer {
  return Buffer.from(`${about} ${index} ${index === chunks - 1 ? 'last' : 'more'}`)
}
