import type { Bucket, UploadedPart } from '../s3/open-bucket.ts'
import {
  FileMissingError,
  type FileStore,
  type StoredContent,
  type StoredPart,
  UploadLostError,
} from './file-store.ts'

/** The contents that an attachment may have. */
const CONTENTS = ['upload', 'image', 'thumbnail'] as const

/**
 * Keeps files in a bucket: an object for each content. The parts of an upload are those of a multipart upload, which the bucket itself
 * remembers, so that any server goes on with it after a crash; the last part makes the object of them.
 */
export function openS3Files(bucket: Bucket, prefix: string): FileStore {
  const keyOf = ({ companyId, attachmentId, content }: StoredContent) =>
    `${prefix}${companyId}/${attachmentId}/${content}`

  async function writePart(at: StoredPart, stream: AsyncIterable<Buffer>, signal: AbortSignal) {
    const key = keyOf(at)
    const [earlier] = await bucket.begun(key)
    const uploadId = earlier ?? (at.part === 0 ? await begin(key) : undefined)
    if (uploadId === undefined) {
      // A crash may have come between the object and the note that its last part is stored.
      if (at.part !== at.parts - 1 || (await bucket.sizeOf(key)) !== at.from + at.bytes)
        throw new UploadLostError()
      return
    }
    await bucket.putPart(key, uploadId, at.part + 1, { bytes: at.bytes, stream }, signal)
    if (at.part === at.parts - 1) await complete(key, uploadId, at)
  }

  /** A call whose answer was lost has begun an upload too. All parts go to the first one, at whichever server they come. */
  async function begin(key: string): Promise<string> {
    const begun = await bucket.begin(key)
    const [first] = await bucket.begun(key)
    return first ?? begun
  }

  async function complete(key: string, uploadId: string, at: StoredPart) {
    const parts = await bucket.parts(key, uploadId)
    if (!isWhole(parts, at)) throw new UploadLostError()
    await bucket.complete(key, uploadId, parts)
  }

  return {
    async write(at, stream, signal) {
      if (at.parts === 1) await bucket.put(keyOf(at), { bytes: at.bytes, stream }, signal)
      else await writePart(at, stream, signal)
    },

    async *read(at, { from, length }) {
      const found = await bucket.get(keyOf(at), at.from + from, length)
      if (!found) throw new FileMissingError()
      yield* found
    },

    async keepOnly(companyId, attachmentId, contents) {
      for (const content of CONTENTS) {
        const key = keyOf({ companyId, attachmentId, content })
        for (const uploadId of await bucket.begun(key)) await bucket.abort(key, uploadId)
        if (!contents.includes(content)) await bucket.remove(key)
      }
    },
  }
}

/** True if all parts are there, one after the other, with all of their bytes. */
function isWhole(found: readonly UploadedPart[], { parts, from, bytes }: StoredPart): boolean {
  const total = found.reduce((sum, part) => sum + part.bytes, 0)
  return (
    found.length === parts && total === from + bytes && found.every(({ number }, at) => number === at + 1)
  )
}
