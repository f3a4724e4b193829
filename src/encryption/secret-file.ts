import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFileOnce, syncFolder, writeDraft } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { KeysDestroyedError, KeyUnavailableError } from './errors.ts'

const DESTROYED = /^destroyed /
const LINE = /^([0-9a-f]{64}|aws-kms \S+ [A-Za-z0-9+/]+=*)$/

/** Reads the secrets of a company as they are stored, newest last. Throws KeyUnavailableError, KeysDestroyedError. */
export async function readSecretFile(path: string, companyId: string): Promise<string[]> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyUnavailableError(
      `The secret of company ${companyId} cannot be read from ${path} (${errorCode(error) ?? error}). ` +
        'Restore the key directory, or point KEY_DIR at it; without the secret the messages of this company stay unreadable.',
    )
  })
  if (DESTROYED.test(content)) throw new KeysDestroyedError()
  const lines = content.trim().split(/\s*\n\s*/)
  if (lines.some((line) => !LINE.test(line))) throw new KeyUnavailableError(brokenFile(path))
  return lines
}

/** Creates the file of a company's first secret, or keeps the one that is there. It is durable afterwards. */
export async function createSecretFile(path: string, line: string): Promise<void> {
  const directory = dirname(path)
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  if (made) await syncFolder(dirname(directory))
  await createFileOnce(path, `${line}\n`)
  // Also done if another process created the file, because data wrapped with the secret must not survive a power cut
  // that loses it.
  await syncFolder(directory)
}

/** Replaces the secrets. A reader sees meanwhile all the old ones or all the new ones. */
export async function replaceSecretFile(path: string, lines: string[]): Promise<void> {
  await rename(await writeDraft(path, lines.map((line) => `${line}\n`).join(''), 0o600), path)
  await syncFolder(dirname(path))
}

/** Overwrites the secrets, and leaves a mark, which keeps the company from getting another one. */
export async function destroySecretFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await overwrite(path)
  await replaceSecretFile(path, [`destroyed ${new Date().toISOString()}`])
}

/** The words for a file that holds something else than secrets. */
export function brokenFile(path: string): string {
  return `The secret file ${path} is damaged: it must hold one secret per line, such as 64 hexadecimal digits. Restore it from a backup of the key directory.`
}

/** The blocks of a replaced file would stay on the disk until they are used again. */
async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
  if (!file) return
  try {
    const { size } = await file.stat()
    await file.write(Buffer.alloc(size, '0'), 0, size, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}
