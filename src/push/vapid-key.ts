import { createECDH } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileOnce, syncFolder } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'
import { KeyUnavailableError } from '../encryption/errors.ts'

/** The key pair by which push services recognise this deployment (RFC 8292), in base64url. */
export interface VapidKey {
  publicKey: string
  privateKey: string
}

const FILE = 'web-push.key'
const CURVE = 'prime256v1'

/** Returns the key pair of a private key of P-256, 32 bytes in base64url. Throws TypeError for anything else. */
export function vapidKeyOf(privateKey: string): VapidKey {
  const bytes = Buffer.from(privateKey, 'base64url')
  if (bytes.length !== 32) throw new TypeError('A private key of P-256 has 32 bytes.')
  const pair = createECDH(CURVE)
  pair.setPrivateKey(bytes)
  return { publicKey: pair.getPublicKey('base64url'), privateKey: bytes.toString('base64url') }
}

/**
 * Reads the key from the folder of the companies' secrets, and creates it first if there is none: browsers that have
 * subscribed know the deployment by it. Throws KeyUnavailableError.
 */
export async function loadVapidKey(directory: string): Promise<VapidKey> {
  const path = join(directory, FILE)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (await createFileOnce(path, `${newPrivateKey()}\n`)) await syncFolder(directory)
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyUnavailableError(
      `The key of web push cannot be read from ${path} (${errorCode(error) ?? error}).`,
    )
  })
  try {
    return vapidKeyOf(content.trim())
  } catch {
    throw new KeyUnavailableError(`The key of web push in ${path} is damaged.`)
  }
}

function newPrivateKey(): string {
  const pair = createECDH(CURVE)
  pair.generateKeys()
  // Leading zeros are left out.
  return Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString('base64url')
}
