import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { StartupProblem } from '../startup-problem.ts'
import { createFileOnce } from './create-file-once.ts'
import { createFolder } from './create-folder.ts'
import { LockHeld, takeProcessLock } from './process-lock.ts'
import { errorCode, storageProblem } from './storage-problem.ts'

/** The folder in which a server stores its secrets, keys and, by default, the database. */
export interface DataDirectory {
  /** The absolute path of the folder. */
  path: string
  /** Returns the absolute path of a file in the folder. */
  file(name: string): string
  /**
   * Returns the secret with this name, and creates it (0600) if there is none. Concurrent processes get the same
   * secret.
   */
  readOrCreateSecret(name: string, make: () => string | Promise<string>): Promise<string>
  /** Allows other processes to use the folder. Call it last. */
  release(): Promise<void>
}

/**
 * Opens the data directory and creates it (0700) if it is missing. With `exclusive`, as an embedded database requires,
 * only one running process can open it that way. Throws StartupProblem if it is in use or unusable.
 */
export async function openDataDirectory(
  path: string,
  { exclusive }: { exclusive: boolean },
): Promise<DataDirectory> {
  const root = resolve(path)
  const file = (name: string) => join(root, name)
  try {
    await createFolder(root)
    const release = exclusive ? await takeProcessLock(file('lock')) : async () => {}
    return {
      path: root,
      file,
      release,
      readOrCreateSecret: (name, make) => readOrCreateSecret(file(name), make),
    }
  } catch (error) {
    if (error instanceof LockHeld) {
      throw new StartupProblem(
        `The data directory ${root} is in use by process ${error.pid}. Stop it, or set DATA_DIR to another folder.`,
      )
    }
    throw storageProblem(error, root)
  }
}

async function readOrCreateSecret(path: string, make: () => string | Promise<string>): Promise<string> {
  try {
    const kept = await readSecret(path)
    if (kept !== null) return kept
    await createFolder(dirname(path))
    const made = await make()
    if (made === '') throw new TypeError('A secret must not be empty')
    if (await createFileOnce(path, made)) return made
    return await readFile(path, 'utf8')
  } catch (error) {
    throw storageProblem(error, path)
  }
}

async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = await readFile(path, 'utf8')
    // An empty file results from a full disk or a failed copy; no secret is empty.
    if (secret === '') throw new StartupProblem(`The secret ${path} is empty. Restore it from a backup.`)
    return secret
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
