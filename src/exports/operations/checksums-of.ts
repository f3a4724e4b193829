import { createHash } from 'node:crypto'
import { readContent } from '../../attachments/file-content.ts'
import { contentOf } from '../../attachments/file-location.ts'
import { FileMissingError, type FileStore } from '../../attachments/file-store.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import type { ChecksumOf } from '../exported-message.ts'

/**
 * Reads files of a company for their checksums. One that is missing, spoiled or removed meanwhile has none; it must not hold up the others. An
 * outage of the store fails the attempt: an export that lacks checksums for it would look whole.
 */
export function checksumsOf(store: FileStore, companyId: string): ChecksumOf {
  return async (keys, { id, size, content, sealedKey }) => {
    const hash = createHash('sha256')
    try {
      const key = sealedKey === null ? null : Buffer.from(sealedKey, 'base64')
      const file = contentOf(keys, companyId, { id, size, content, sealedKey: key })
      for await (const bytes of readContent(store, file)) hash.update(bytes)
      return hash.digest('hex')
    } catch (error) {
      if (error instanceof DecryptionError || error instanceof FileMissingError) return null
      throw error
    }
  }
}
