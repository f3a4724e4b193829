import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './storage-problem.ts'

/**
 * Creates a private folder (0700) and missing folders above it. Node's own recursive mkdir reports a read-only disk as
 * ENOENT and never returns below /proc.
 */
export async function createFolder(path: string): Promise<void> {
  if (errorCode(await attempt(path)) === 'ENOENT' && dirname(path) !== path) await createFolder(dirname(path))
  const error = await attempt(path)
  if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
  if (error !== null) throw error
}

async function attempt(path: string): Promise<unknown> {
  return await mkdir(path, { mode: 0o700 }).then(
    () => null,
    (error: unknown) => error,
  )
}
