import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { mkdir, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createFileOnce, syncFolder } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { open, seal } from './aes-gcm.ts'
import { KeyUnavailableError } from './errors.ts'
import type { KeyProvider } from './key-provider.ts'

const fingerprintBytes = 8
const wrapVersion = Buffer.from([1])

/**
 * Stores the secrets in a directory that all processes of the deployment must share, one file per company.
 * A file contains one or more secrets, one per line, newest last. A wrapped key names its secret by fingerprint. A
 * secret is rotated by appending one, wrapping the data keys again, and removing the old one.
 */
export function createLocalKeyProvider(directory: string): KeyProvider {
  function path(companyId: string): string {
    // The id becomes a file name, so it must be a UUID.
    if (!/^[0-9a-f-]{36}$/i.test(companyId)) throw new TypeError('A company id must be a uuid.')
    return join(directory, `${companyId.toLowerCase()}.key`)
  }

  return {
    async wrap(companyId, plainKey) {
      const secret = (await readSecrets(path(companyId), companyId)).at(-1)
      if (!secret) throw new KeyUnavailableError(brokenFile(path(companyId)))
      const header = Buffer.concat([wrapVersion, fingerprint(secret)])
      return seal(createSecretKey(secret), plainKey, wrapContext(companyId), header)
    },

    async unwrap(companyId, wrapped) {
      const secrets = await readSecrets(path(companyId), companyId)
      const named = wrapped.subarray(wrapVersion.length, wrapVersion.length + fingerprintBytes)
      const secret = secrets.find((candidate) => fingerprint(candidate).equals(named))
      const sealed = wrapped.subarray(wrapVersion.length + fingerprintBytes)
      const plainKey = secret && open(createSecretKey(secret), sealed, wrapContext(companyId))
      if (!plainKey || wrapped[0] !== wrapVersion[0]) {
        throw new KeyUnavailableError(
          `The secret in ${path(companyId)} does not open the data keys of company ${companyId}. ` +
            'Every node and every restore must use the key directory the keys were made with.',
        )
      }
      return plainKey
    },

    async createSecret(companyId) {
      const made = await mkdir(directory, { recursive: true, mode: 0o700 })
      if (made) await syncFolder(dirname(directory))
      await createFileOnce(path(companyId), `${randomBytes(32).toString('hex')}\n`)
      // Also done if another process created the file, because data wrapped with the secret must not survive a power
      // cut that loses it.
      await syncFolder(directory)
    },

    async destroySecret(companyId) {
      if (await removed(path(companyId))) await syncFolder(directory)
    },
  }
}

async function readSecrets(path: string, companyId: string): Promise<Buffer[]> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyUnavailableError(
      `The secret of company ${companyId} cannot be read from ${path} (${errorCode(error) ?? error}). ` +
        'Restore the key directory, or point KEY_DIR at it; without the secret the messages of this company stay unreadable.',
    )
  })
  const lines = content.trim().split(/\s+/)
  if (lines.some((line) => !/^[0-9a-f]{64}$/.test(line))) throw new KeyUnavailableError(brokenFile(path))
  return lines.map((line) => Buffer.from(line, 'hex'))
}

async function removed(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

function fingerprint(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest().subarray(0, fingerprintBytes)
}

function wrapContext(companyId: string): Buffer {
  return Buffer.from(`data key of ${companyId.toLowerCase()}`)
}

function brokenFile(path: string): string {
  return `The secret file ${path} is damaged: it must hold one line of 64 hexadecimal digits per secret. Restore it from a backup of the key directory.`
}
