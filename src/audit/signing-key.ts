import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileOnce, syncFolder } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { KeyUnavailableError } from '../encryption/errors.ts'

/** The Ed25519 key that signs the checkpoints of all companies. */
export interface SigningKey {
  privateKey: KeyObject
  publicKey: KeyObject
}

const FILE = 'audit-signing.key'
/** The beginning of an Ed25519 key in PKCS #8 (RFC 8410), before its 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Reads the key from the folder of the companies' secrets, and creates it first if there is none. Throws KeyUnavailableError. */
export async function loadSigningKey(directory: string): Promise<SigningKey> {
  const path = join(directory, FILE)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (await createFileOnce(path, `${randomBytes(32).toString('hex')}\n`)) await syncFolder(directory)
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyUnavailableError(
      `The key that signs the audit trail cannot be read from ${path} (${errorCode(error) ?? error}).`,
    )
  })
  if (!/^[0-9a-f]{64}\s*$/.test(content))
    throw new KeyUnavailableError(`The key that signs the audit trail in ${path} is damaged.`)
  const seed = Buffer.from(content.trim(), 'hex')
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}
