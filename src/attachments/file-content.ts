import { DecryptionError } from '../encryption/errors.ts'
import type { FileKey } from '../encryption/sealed-chunks.ts'
import {
  assertCommitted,
  CHUNK_BYTES,
  type ChunkedFile,
  COMMITMENT_BYTES,
  openChunks,
  SEALED_CHUNK_BYTES,
  sealChunks,
} from '../encryption/sealed-chunks.ts'
import type { FileStore, StoredPart } from './file-store.ts'

/** Bytes of plaintext in a part; the last one of a file has fewer. A whole number of chunks. */
export const PART_BYTES = 8 * 1024 * 1024
const PART_CHUNKS = PART_BYTES / CHUNK_BYTES

/** A content of an attachment: the upload itself, or something that was made of it. */
export interface Content {
  companyId: string
  attachmentId: string
  content: string
  key: FileKey
  /** Bytes of plaintext. */
  size: number
}

/** Writes the part that begins at this byte. */
export async function writePart(
  store: FileStore,
  content: Content,
  { offset, plain, signal }: { offset: number; plain: AsyncIterable<Buffer>; signal: AbortSignal },
): Promise<void> {
  const part = offset / PART_BYTES
  const sealed = sealChunks(chunked(content), part * PART_CHUNKS, plain)
  await store.write(storedPart(content, part), sealed, signal)
}

/** Writes a whole content. */
export async function writeContent(
  store: FileStore,
  content: Content,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
    const plain = (async function* () {
      yield bytes.subarray(offset, offset + PART_BYTES)
    })()
    await writePart(store, content, { offset, plain, signal })
  }
}

/**
 * Reads the bytes from one place to another, which is the first that is not read. Each buffer is valid until the next is asked for.
 * Throws DecryptionError, FileMissingError.
 */
export async function* readContent(
  store: FileStore,
  content: Content,
  from = 0,
  to = content.size,
): AsyncGenerator<Buffer> {
  const file = chunked(content)
  let chunk = Math.floor(from / CHUNK_BYTES)
  const end = Math.ceil(to / CHUNK_BYTES)
  let skipped = from - chunk * CHUNK_BYTES
  let left = to - from
  while (chunk < end) {
    const part = Math.floor(chunk / PART_CHUNKS)
    const next = Math.min(end, (part + 1) * PART_CHUNKS)
    for await (const bytes of readPart(store, content, file, { part, chunk, next })) {
      const wanted = bytes.subarray(skipped, skipped + left)
      skipped = 0
      left -= wanted.length
      yield wanted
    }
    chunk = next
  }
  // It is shorter than it was.
  if (left > 0) throw new DecryptionError()
}

/** Decrypts the chunks of a part from one up to another. */
async function* readPart(
  store: FileStore,
  content: Content,
  file: ChunkedFile,
  { part, chunk, next }: { part: number; chunk: number; next: number },
): AsyncGenerator<Buffer> {
  const at = storedPart(content, part)
  const isLast = next === file.chunks
  const length = (next - chunk) * SEALED_CHUNK_BYTES - (isLast ? shortBy(content.size) : 0)
  const before = (chunk - part * PART_CHUNKS) * SEALED_CHUNK_BYTES
  const head = COMMITMENT_BYTES
  if (before === 0) {
    const stored = store.read(at, { from: 0, length: head + length, head })
    yield* openChunks(file, chunk, afterCommitment(file, stored))
    return
  }
  const commitment = store.read(at, { from: 0, length: head, head })
  for await (const _none of afterCommitment(file, commitment));
  yield* openChunks(file, chunk, store.read(at, { from: head + before, length, head: 0 }))
}

/** Takes the commitment off the beginning of a part. Throws DecryptionError unless it is that of the file. */
async function* afterCommitment({ key }: ChunkedFile, stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  for await (const bytes of stored) {
    const missing = COMMITMENT_BYTES - head.length
    if (missing === 0) yield bytes
    else {
      head = Buffer.concat([head, bytes.subarray(0, missing)])
      if (head.length < COMMITMENT_BYTES) continue
      assertCommitted(key, head)
      if (bytes.length > missing) yield bytes.subarray(missing)
    }
  }
  if (head.length < COMMITMENT_BYTES) throw new DecryptionError()
}

/** The place of a part, with the bytes that it takes there. */
function storedPart({ companyId, attachmentId, content, size }: Content, part: number): StoredPart {
  const chunks = Math.ceil(size / CHUNK_BYTES)
  const parts = Math.ceil(chunks / PART_CHUNKS)
  const isLast = part === parts - 1
  const sealed = (isLast ? chunks - part * PART_CHUNKS : PART_CHUNKS) * SEALED_CHUNK_BYTES
  const from = part * (COMMITMENT_BYTES + PART_CHUNKS * SEALED_CHUNK_BYTES)
  const bytes = COMMITMENT_BYTES + sealed - (isLast ? shortBy(size) : 0)
  return { companyId, attachmentId, content, part, parts, from, bytes }
}

/** Bytes that the last chunk has less than others. */
function shortBy(size: number): number {
  return (CHUNK_BYTES - (size % CHUNK_BYTES)) % CHUNK_BYTES
}

function chunked({ companyId, attachmentId, content, key, size }: Content): ChunkedFile {
  return { key, about: `${companyId} ${attachmentId} ${content}`, chunks: Math.ceil(size / CHUNK_BYTES) }
}
