import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { StartupProblem } from '../startup-problem.ts'
import { createFileOnce } from './create-file-once.ts'
import { createFolder } from './create-folder.ts'
import { LockHeld, takeProcessLock } from './process-lock.ts'
import { errorCode, storageProblem } from './storage-problem.ts'

/** The folder where a server keeps what is its own: secrets, keys and, by default, the database. */
export interface DataDirectory {
  /** Absolute path of the folder. */
  path: string
  /** The absolute path of something inside the folder. */
  file(name: string): string
  /**
   * Returns the secret kept under this name, making and keeping it (0600) if there is none yet.
   * All processes that ask at once get one and the same secret.
   */
  readOrCreateSecret(name: string, make: () => string | Promise<string>): Promise<string>
  /** Lets another process use the folder; call it last. */
  release(): Promise<void>
}

/**
 * Opens the data directory and creates it (0700) if it is missing.
 * With `exclusive`, as an embedded database requires, one living process alone may have it open that way.
 * Throws StartupProblem if it is in use or cannot be used.
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
    // An empty file is what a full disk or a clumsy copy leaves behind; no secret of ours is empty.
    if (secret === '') throw new StartupProblem(`The secret ${path} is empty. Restore it from a backup.`)
    return secret
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}
