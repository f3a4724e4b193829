import type { Context } from '../../context.ts'
import type { AttachmentRow } from '../attachment-row.ts'
import { locationOf } from '../file-location.ts'

/** Decrypts the name of an attachment. Throws DecryptionError. */
export async function attachmentName(context: Context, { id, fileName }: AttachmentRow): Promise<string> {
  const keys = context.loadedKeys() ?? (await context.keys())
  return keys.decrypt(fileName, locationOf('file-name', id))
}
