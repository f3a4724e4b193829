import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFolder } from '../data-directory/create-file-once.ts'
import { createFolder } from '../data-directory/create-folder.ts'
import { errorCode } from '../data-directory/storage-problem.ts'

/** The private folder of exported files. Its contents are ciphertext. */
export interface ExportFiles {
  /** Writes a file to its end and gives it its name then, so that nobody ever finds half of one. */
  write(
    companyId: string,
    fileId: string,
    content: AsyncIterable<Buffer>,
    signal?: AbortSignal,
  ): Promise<void>
  /** Reads a file. Null if there is none. */
  read(companyId: string, fileId: string): Promise<AsyncIterable<Buffer> | null>
  /** The ids of a company's files, also of those that attempts which ended early have left. */
  list(companyId: string): Promise<string[]>
  /** Deletes a file. */
  remove(companyId: string, fileId: string): Promise<void>
}

const DRAFT = '.draft'
const READ_BYTES = 256 * 1024

/** Opens the folder, which is created with the first file. */
export function openExportFiles(directory: string): ExportFiles {
  const path = (companyId: string, fileId: string) => join(directory, companyId, fileId)
  return {
    async write(companyId, fileId, content, signal) {
      const file = path(companyId, fileId)
      await createFolder(dirname(file))
      const draft = createWriteStream(file + DRAFT, { flags: 'wx', mode: 0o600, flush: true })
      try {
        await pipeline(content, draft, { signal })
      } catch (error) {
        await rm(file + DRAFT, { force: true })
        throw error
      }
      await rename(file + DRAFT, file)
      await syncFolder(dirname(file))
    },
    async read(companyId, fileId) {
      const file = path(companyId, fileId)
      const found = await stat(file).catch(nullIfMissing)
      return found && createReadStream(file, { highWaterMark: READ_BYTES })
    },
    async list(companyId) {
      const names = (await readdir(join(directory, companyId)).catch(nullIfMissing)) ?? []
      return [...new Set(names.map((name) => name.replace(DRAFT, '')))]
    },
    async remove(companyId, fileId) {
      const file = path(companyId, fileId)
      await Promise.all([file, file + DRAFT].map((name) => rm(name, { force: true })))
    },
  }
}

function nullIfMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null
  throw error
}
