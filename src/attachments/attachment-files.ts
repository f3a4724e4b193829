import { createSemaphore, type Semaphore } from '../concurrency/semaphore.ts'
import type { AttachmentSettings } from '../env/attachments.ts'
import { openDiskFiles } from './disk-files.ts'
import type { FileStore } from './file-store.ts'
import { createClamd, type Scanner } from './scanner.ts'

/** Pictures that are written anew at once: each may take some hundred megabytes. */
const MAX_CONVERTING = 2
const MAX_CONVERTING_PER_COMPANY = 1

/** Files in messages: their store, their limits and their checks. */
export interface AttachmentFiles {
  store: FileStore
  settings: AttachmentSettings
  /** Undefined: files are not scanned. */
  scanner: Scanner | undefined
  converting: Semaphore
}

/** Opens the folder that the settings name, or this one. */
export function openAttachmentFiles(settings: AttachmentSettings, folder: string): AttachmentFiles {
  return {
    store: openDiskFiles(settings.directory ?? folder),
    settings,
    scanner: settings.clamd && createClamd(settings.clamd),
    converting: createSemaphore({ total: MAX_CONVERTING, perCompany: MAX_CONVERTING_PER_COMPANY }),
  }
}
