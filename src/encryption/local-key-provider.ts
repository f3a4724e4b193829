import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { open, seal } from './aes-gcm.ts'
import { KeyUnavailableError } from './errors.ts'
import type { KeyProvider } from './key-provider.ts'
import {
  brokenFile,
  createSecretFile,
  destroySecretFile,
  readSecretFile,
  replaceSecretFile,
} from './secret-file.ts'

const fingerprintBytes = 8
const wrapVersion = Buffer.from([1])

/** Turns secrets into lines of a file and back. */
export interface SecretLines {
  /** Makes a secret, and the line that stores it. */
  make(companyId: string): Promise<string>
  /** Returns the secret of a line. Throws KeyUnavailableError. */
  open(companyId: string, line: string): Promise<Buffer>
}

/** Secrets that are stored as they are: 64 hexadecimal digits. */
const plainLines: SecretLines = {
  make: async () => randomBytes(32).toString('hex'),
  async open(companyId, line) {
    if (/^[0-9a-f]{64}$/.test(line)) return Buffer.from(line, 'hex')
    throw new KeyUnavailableError(
      `The secret of company ${companyId} is wrapped by AWS KMS: set KEY_PROVIDER=aws-kms and KMS_KEY_ID.`,
    )
  },
}

/**
 * Stores the secrets in a directory that all processes of the deployment must share, one file per company.
 * A file contains one or more secrets, one per line, newest last. A wrapped key names its secret by fingerprint. A
 * secret is rotated by adding one, wrapping the data keys again, and dropping the old one.
 */
export function createLocalKeyProvider(directory: string, lines: SecretLines = plainLines): KeyProvider {
  const path = (companyId: string) => join(directory, fileNameOf(companyId))

  async function secretOf(companyId: string, wrapped: Buffer): Promise<Buffer> {
    // A wrapped key is nearly always of the newest secret, and opening one may cost a call of another service.
    for (const line of (await readSecretFile(path(companyId), companyId)).reverse()) {
      const secret = await lines.open(companyId, line)
      if (fingerprint(secret).equals(fingerprintIn(wrapped))) return secret
    }
    throw new KeyUnavailableError(foreignSecret(path(companyId), companyId))
  }

  return {
    async wrap(companyId, plainKey) {
      const line = (await readSecretFile(path(companyId), companyId)).at(-1)
      if (!line) throw new KeyUnavailableError(brokenFile(path(companyId)))
      const secret = await lines.open(companyId, line)
      const header = Buffer.concat([wrapVersion, fingerprint(secret)])
      return seal(createSecretKey(secret), plainKey, wrapContext(companyId), header)
    },

    async unwrap(companyId, wrapped) {
      const secret = await secretOf(companyId, wrapped)
      const sealed = wrapped.subarray(wrapVersion.length + fingerprintBytes)
      const plainKey = open(createSecretKey(secret), sealed, wrapContext(companyId))
      if (plainKey && wrapped[0] === wrapVersion[0]) return plainKey
      throw new KeyUnavailableError(foreignSecret(path(companyId), companyId))
    },

    async createSecret(companyId) {
      await createSecretFile(path(companyId), await lines.make(companyId))
    },

    async addSecret(companyId) {
      const existing = await readSecretFile(path(companyId), companyId)
      await replaceSecretFile(path(companyId), [...existing, await lines.make(companyId)])
    },

    async dropSecrets(companyId, wrapped) {
      const existing = await readSecretFile(path(companyId), companyId)
      const used = new Set(wrapped.map((key) => fingerprintIn(key).toString('hex')))
      const kept: string[] = []
      for (const [index, line] of existing.entries()) {
        const isNewest = index === existing.length - 1
        const print = isNewest ? '' : fingerprint(await lines.open(companyId, line)).toString('hex')
        if (isNewest || used.has(print)) kept.push(line)
      }
      if (kept.length < existing.length) await replaceSecretFile(path(companyId), kept)
    },

    destroySecrets: (companyId) => destroySecretFile(path(companyId)),
  }
}

function fileNameOf(companyId: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(companyId)) throw new TypeError('A company id must be a uuid.')
  return `${companyId.toLowerCase()}.key`
}

function fingerprint(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest().subarray(0, fingerprintBytes)
}

function fingerprintIn(wrapped: Buffer): Buffer {
  return wrapped.subarray(wrapVersion.length, wrapVersion.length + fingerprintBytes)
}

function wrapContext(companyId: string): Buffer {
  return Buffer.from(`data key of ${companyId.toLowerCase()}`)
}

function foreignSecret(path: string, companyId: string): string {
  return (
    `The secret in ${path} does not open the data keys of company ${companyId}. ` +
    'Every node and every restore must use the key directory the keys were made with.'
  )
}
