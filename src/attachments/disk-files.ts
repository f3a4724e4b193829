import { open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../data-directory/create-file-once.ts'
import { createFolder } from '../data-directory/create-folder.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { OPENED_BYTES } from '../encryption/sealed-chunks.ts'
import { newId } from '../ids.ts'
import { FileMissingError, type FileStore, type StoredPart } from './file-store.ts'

/** Opens a private folder of files, which is created with the first one: a folder for each attachment, a file for each part. */
export function openDiskFiles(directory: string): FileStore {
  const folderOf = (companyId: string, attachmentId: string) => join(directory, companyId, attachmentId)
  const pathOf = ({ companyId, attachmentId, content, part }: StoredPart) =>
    join(folderOf(companyId, attachmentId), `${content}.${part}`)
  return {
    async write(at, sealed, signal) {
      const path = pathOf(at)
      await createFolder(dirname(path))
      const draft = `${path}.${newId()}.draft`
      try {
        await writeDurably(draft, sealed, signal)
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await syncFolder(dirname(path))
    },

    async *read(at, { from, length, head }) {
      const file = await open(pathOf(at), 'r').catch(missing)
      try {
        const buffer = Buffer.allocUnsafeSlow(Math.min(head + OPENED_BYTES, length))
        for (let done = 0; done < length; ) {
          const max = Math.min(done === 0 ? head + OPENED_BYTES : OPENED_BYTES, length - done)
          const { bytesRead } = await file.read(buffer, 0, max, from + done)
          if (bytesRead === 0) return
          done += bytesRead
          yield buffer.subarray(0, bytesRead)
        }
      } finally {
        await file.close()
      }
    },

    async keepOnly(companyId, attachmentId, contents) {
      const folder = folderOf(companyId, attachmentId)
      if (contents.length === 0) return rm(folder, { recursive: true, force: true })
      const isKept = (name: string) =>
        /^\w+\.\d+$/.test(name) && contents.includes(name.split('.', 1)[0] ?? '')
      for (const name of await readdir(folder).catch(noneIfMissing))
        if (!isKept(name)) await rm(join(folder, name), { force: true })
    },
  }
}

async function writeDurably(path: string, sealed: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await writeFile(file, sealed, { signal })
    await file.sync()
  } finally {
    await file.close()
  }
}

function noneIfMissing(error: unknown): string[] {
  if (errorCode(error) === 'ENOENT') return []
  throw error
}

function missing(error: unknown): never {
  if (errorCode(error) === 'ENOENT') throw new FileMissingError()
  throw error
}
