import type { AssociatedData } from '../encryption/associated-data.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import { DecryptionError } from '../encryption/errors.ts'
import { openFileKey } from '../encryption/sealed-chunks.ts'
import type { AttachmentRow } from './attachment-row.ts'
import type { Content } from './file-content.ts'

/** The location of the sealed name or key of an attachment. */
export function locationOf(field: 'file-name' | 'file-key', attachmentId: string): AssociatedData {
  return { field, recordId: attachmentId }
}

/** Returns the content of an attachment with its key. Throws DecryptionError. */
export function contentOf(
  keys: CompanyKeys,
  companyId: string,
  { id, sealedKey, content, size }: Pick<AttachmentRow, 'id' | 'sealedKey' | 'content' | 'size'>,
): Content {
  if (!sealedKey) throw new DecryptionError()
  return {
    companyId,
    attachmentId: id,
    content,
    size,
    key: openFileKey(keys, locationOf('file-key', id), sealedKey),
  }
}
