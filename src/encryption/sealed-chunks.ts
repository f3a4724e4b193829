import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { isSameSecret } from '../text/same-secret.ts'
import { open, seal } from './aes-gcm.ts'
import type { AssociatedData } from './associated-data.ts'
import type { CompanyKeys } from './company-keys.ts'
import { DecryptionError } from './errors.ts'

/** Bytes of plaintext in a chunk; the last one of a file has fewer. */
export const CHUNK_BYTES = 16 * 1024
/** Bytes of a full chunk as it is stored: with its nonce and tag. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + 28
/** Bytes before the first chunk of a part. */
export const COMMITMENT_BYTES = 32

const NO_HEADER: Buffer = Buffer.alloc(0)

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
 * the file, so that none can be changed, moved, left out or cut off unnoticed, and each can be read by itself.
 */
export async function* sealChunks(
  { key, about, chunks }: ChunkedFile,
  first: number,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield key.commitment
  let index = first
  for await (const bytes of inBlocks(plain, CHUNK_BYTES)) {
    yield seal(key.content, bytes, placeOf(about, index, chunks), NO_HEADER)
    index += 1
  }
}

/** Decrypts chunks from this one on. Throws DecryptionError at the first that is not as it was written. */
export async function* openChunks(
  { key, about, chunks }: ChunkedFile,
  first: number,
  sealed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let index = first
  for await (const bytes of inBlocks(sealed, SEALED_CHUNK_BYTES)) {
    const plain = open(key.content, bytes, placeOf(about, index, chunks))
    if (!plain) throw new DecryptionError()
    yield plain
    index += 1
  }
}

/** Throws DecryptionError unless a part was written with this key. */
export function assertCommitted({ commitment }: FileKey, stored: Uint8Array): void {
  if (!isSameSecret(stored, commitment)) throw new DecryptionError()
}

/**
 * Cuts a stream into blocks of this many bytes, the last of which may be shorter. Keeps nothing of what it is given, so that a
 * reader may use one buffer again and again.
 */
async function* inBlocks(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held = NO_HEADER
  for await (const bytes of stream) {
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    let start = 0
    for (; all.length - start >= size; start += size) yield all.subarray(start, start + size)
    held = Buffer.from(all.subarray(start))
  }
  if (held.length > 0) yield held
}

function placeOf(about: string, index: number, chunks: number): Buffer {
  return Buffer.from(`${about} ${index} ${index === chunks - 1 ? 'last' : 'more'}`)
}
