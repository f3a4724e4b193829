import type { AttachmentSettings } from '../env/attachments.ts'
import { openDiskFiles } from './disk-files.ts'
import type { FileStore } from './file-store.ts'

/** Files in messages: their store and their limits. */
export interface AttachmentFiles {
  store: FileStore
  settings: AttachmentSettings
}

/** Opens the store that the settings name, or the folder. */
export function openAttachmentFiles(settings: AttachmentSettings, folder: string): AttachmentFiles {
  return { store: openDiskFiles(settings.directory ?? folder), settings }
}
