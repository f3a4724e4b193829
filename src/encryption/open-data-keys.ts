import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupProblem } from '../startup-problem.ts'
import type { DataKeySource } from './data-keys.ts'
import { KeysDestroyedError, KeyUnavailableError } from './errors.ts'

/**
 * Unwraps all data keys of the companies and returns their number. Companies whose keys are destroyed have none. Throws
 * StartupProblem for the first that fails.
 */
export async function assertDataKeysOpen(source: DataKeySource, companyIds: string[]): Promise<number> {
  let opened = 0
  for (const companyId of companyIds) {
    try {
      opened += await openAll(source, companyId)
    } catch (error) {
      if (error instanceof KeysDestroyedError) continue
      if (error instanceof KeyUnavailableError) throw new StartupProblem(error.message)
      throw error
    }
  }
  return opened
}

async function openAll({ provider, store }: DataKeySource, companyId: string): Promise<number> {
  const rows = await store.list(companyId)
  for (const { wrapped } of rows) await provider.unwrap(companyId, Buffer.from(wrapped))
  return rows.length
}

/**
 * Throws StartupProblem if the folder of secrets, or a file in it, can be read by other users. A missing folder is
 * accepted, because it has no secrets yet.
 */
export async function assertPrivateFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null)
  if (!found) return
  if (!found.isDirectory()) throw new StartupProblem(`The key folder ${folder} is not a folder.`)
  // Windows uses access lists instead of file modes.
  if (process.platform === 'win32') return
  if (isOpenToOthers(found.mode)) {
    throw new StartupProblem(`The key folder ${folder} is open to other users: chmod 700 it.`)
  }
  const files = await readdir(folder, { recursive: true })
  for (const name of files.sort()) {
    const path = join(folder, name)
    const file = await stat(path).catch(() => null)
    if (!file || !isOpenToOthers(file.mode)) continue
    throw new StartupProblem(
      `${path} is open to other users: chmod ${file.isDirectory() ? 700 : 600} everything in the key folder ${folder} that is.`,
    )
  }
}

function isOpenToOthers(mode: number): boolean {
  return (mode & 0o077) !== 0
}
