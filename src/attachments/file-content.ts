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
import type { FileStore } from './file-store.ts'

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
  await store.write({ ...content, part }, sealChunks(chunked(content), part * PART_CHUNKS, plain), signal)
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

/** Reads the bytes from one place to another, which is the first that is not read. Throws DecryptionError, FileMissingError. */
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
  if (left > 0) throw new Error('A stored file is shorter than it was.')
}

/** Decrypts the chunks of a part from one up to another. */
async function* readPart(
  store: FileStore,
  content: Content,
  file: ChunkedFile,
  { part, chunk, next }: { part: number; chunk: number; next: number },
): AsyncGenerator<Buffer> {
  const at = { ...content, part }
  for await (const stored of store.read(at, 0, COMMITMENT_BYTES)) assertCommitted(file.key, stored)
  const isLast = next === file.chunks
  const sealedBytes = (next - chunk) * SEALED_CHUNK_BYTES - (isLast ? shortBy(content.size) : 0)
  const from = COMMITMENT_BYTES + (chunk - part * PART_CHUNKS) * SEALED_CHUNK_BYTES
  yield* openChunks(file, chunk, store.read(at, from, sealedBytes))
}

/** Bytes that the last chunk has less than others. */
function shortBy(size: number): number {
  return (CHUNK_BYTES - (size % CHUNK_BYTES)) % CHUNK_BYTES
}

function chunked({ companyId, attachmentId, content, key, size }: Content): ChunkedFile {
  return { key, about: `${companyId} ${attachmentId} ${content}`, chunks: Math.ceil(size / CHUNK_BYTES) }
}
