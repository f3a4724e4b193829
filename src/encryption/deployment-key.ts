import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileOnce, syncFolder } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { open, seal } from './aes-gcm.ts'
import { DecryptionError, KeyUnavailableError } from './errors.ts'

/** The key of what belongs to no company: incoming SMS before they are routed. All nodes share it. */
export interface DeploymentKey {
  /** Returns the HMAC of a value for a purpose. */
  hash(purpose: string, value: string): Promise<Buffer>
  /** Encrypts a text for one record. */
  encrypt(text: string, record: string): Promise<Buffer>
  /** Decrypts a text of one record. Throws DecryptionError. */
  decrypt(envelope: Uint8Array, record: string): Promise<string>
}

const FILE = 'deployment.key'
const HEADER = Buffer.from([1])

/** Opens the deployment's key in the folder of the companies' secrets. It is created with the first use. */
export function openDeploymentKey(directory: string): DeploymentKey {
  let loading: Promise<Buffer> | undefined
  function secret(): Promise<Buffer> {
    loading ??= load(directory).catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    async hash(purpose, value) {
      return createHmac('sha256', derive(await secret(), purpose))
        .update(value)
        .digest()
    },
    async encrypt(text, record) {
      return seal(derive(await secret(), 'content'), text, Buffer.from(record), HEADER)
    },
    async decrypt(envelope, record) {
      const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength)
      const text = open(derive(await secret(), 'content'), bytes.subarray(HEADER.length), Buffer.from(record))
      if (!text) throw new DecryptionError()
      return text.toString('utf8')
    },
  }
}

async function load(directory: string): Promise<Buffer> {
  const path = join(directory, FILE)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await createFileOnce(path, `${randomBytes(32).toString('hex')}\n`)
  await syncFolder(directory)
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyUnavailableError(
      `The deployment's key cannot be read from ${path} (${errorCode(error) ?? error}).`,
    )
  })
  if (!/^[0-9a-f]{64}\s*$/.test(content))
    throw new KeyUnavailableError(`The deployment's key in ${path} is damaged.`)
  return Buffer.from(content.trim(), 'hex')
}

function derive(secret: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `colloquy deployment ${purpose}`, 32)))
}
