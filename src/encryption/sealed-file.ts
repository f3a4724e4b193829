import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { open, seal } from './aes-gcm.ts'
import type { CompanyKeys } from './company-keys.ts'
import { DecryptionError } from './errors.ts'

const VERSION = 1
/** The version, and the length of the wrapped key. */
const PREFIX_BYTES = 3
const CHUNK_BYTES = 64 * 1024
const NO_HEADER = Buffer.alloc(0)
const SEALED_BYTES = CHUNK_BYTES + 28

/**
 * Encrypts a stream for the disk, in chunks under a key of its own, which the company's key wraps. Each chunk is bound to its file,
 * its place, and whether it is the last, so that no chunk can be changed, moved, left out or cut off unnoticed.
 */
export async function* sealFile(
  keys: CompanyKeys,
  fileId: string,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const secret = randomBytes(32)
  const wrapped = keys.encrypt(secret.toString('base64'), { field: 'export-key', recordId: fileId })
  const prefix = Buffer.from([VERSION, 0, 0])
  prefix.writeUInt16BE(wrapped.length, 1)
  yield Buffer.concat([prefix, wrapped])
  const key = createSecretKey(secret)
  for await (const { bytes, place } of inBlocks(plain, CHUNK_BYTES))
    yield seal(key, bytes, placeOf(fileId, place), NO_HEADER)
}

/** Decrypts what `sealFile` has written. Throws DecryptionError at the first chunk that is not as it was written. */
export async function* openFile(
  keys: CompanyKeys,
  fileId: string,
  sealed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const { key, rest } = await readPrefix(keys, fileId, sealed[Symbol.asyncIterator]())
  for await (const { bytes, place } of inBlocks(rest, SEALED_BYTES)) {
    const plain = open(key, bytes, placeOf(fileId, place))
    if (!plain) throw new DecryptionError()
    yield plain
  }
}

async function readPrefix(
  keys: CompanyKeys,
  fileId: string,
  sealed: AsyncIterator<Buffer>,
): Promise<{ key: KeyObject; rest: AsyncIterable<Buffer> }> {
  let head: Buffer = NO_HEADER
  const length = () => (head.length < PREFIX_BYTES ? PREFIX_BYTES : PREFIX_BYTES + head.readUInt16BE(1))
  while (head.length < length()) {
    const { value, done } = await sealed.next()
    if (done) throw new DecryptionError()
    head = Buffer.concat([head, value])
  }
  if (head[0] !== VERSION) throw new DecryptionError()
  const wrapped = head.subarray(PREFIX_BYTES, length())
  const secret = keys.decrypt(wrapped, { field: 'export-key', recordId: fileId })
  const key = createSecretKey(Buffer.from(secret, 'base64'))
  return { key, rest: following(head.subarray(length()), sealed) }
}

async function* following(first: Buffer, others: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* { [Symbol.asyncIterator]: () => others }
}

interface Block {
  bytes: Buffer
  place: { index: number; isLast: boolean }
}

/** Cuts a stream into blocks of this many bytes. The last is shorter or as long; there is always one. */
async function* inBlocks(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Block> {
  let index = 0
  let held: Buffer[] = []
  let length = 0
  for await (const bytes of stream) {
    held.push(bytes)
    length += bytes.length
    if (length <= size) continue
    const all = Buffer.concat(held)
    let start = 0
    for (; all.length - start > size; start += size, index += 1)
      yield { bytes: all.subarray(start, start + size), place: { index, isLast: false } }
    held = [all.subarray(start)]
    length = all.length - start
  }
  yield { bytes: Buffer.concat(held), place: { index, isLast: true } }
}

function placeOf(fileId: string, { index, isLast }: Block['place']): Buffer {
  return Buffer.from(`${fileId.toLowerCase()} ${index} ${isLast ? 'last' : 'more'}`)
}
