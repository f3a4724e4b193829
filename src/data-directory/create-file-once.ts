import { randomUUID } from 'node:crypto'
import { link, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './storage-problem.ts'

/**
 * Creates a file (private by default) with its full content, or returns false if it exists. Of several processes
 * exactly one creates it; nobody ever sees it incomplete, and it survives a power cut.
 */
export async function createFileOnce(path: string, content: string, mode = 0o600): Promise<boolean> {
  const draft = await writeDraft(path, content, mode)
  try {
    await link(draft, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(dirname(path))
  return true
}

/** Writes a complete and durable file beside `path` with a name of its own, and returns the name. */
export async function writeDraft(path: string, content: string, mode: number): Promise<string> {
  const draft = `${path}.${randomUUID()}.draft`
  const file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return draft
}

/** Makes the creation and renaming of files in a folder durable, if the platform can. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
