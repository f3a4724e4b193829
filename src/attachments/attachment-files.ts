import { createSemaphore, type Semaphore } from '../concurrency/semaphore.ts'
import type { AttachmentSettings } from '../env/attachments.ts'
import { openDiskFiles } from './disk-files.ts'
import type { FileStore } from './file-store.ts'
import { openS3Files } from './s3-files.ts'
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

/** Opens the bucket or the folder that the settings name, or this folder. */
export async function openAttachmentFiles(
  settings: AttachmentSettings,
  folder: string,
): Promise<AttachmentFiles> {
  return {
    store: await openStore(settings, folder),
    settings,
    scanner: settings.clamd && createClamd(settings.clamd),
    converting: createSemaphore({ total: MAX_CONVERTING, perCompany: MAX_CONVERTING_PER_COMPANY }),
  }
}

/** The SDK of AWS is loaded only if it is used. */
async function openStore({ s3, directory }: AttachmentSettings, folder: string): Promise<FileStore> {
  if (!s3) return openDiskFiles(directory ?? folder)
  const { openBucket } = await import('../s3/open-bucket.ts')
  return openS3Files(openBucket(s3), s3.prefix)
}
