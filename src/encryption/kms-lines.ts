import { DecryptCommand, DescribeKeyCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import type { KmsSettings } from '../env.ts'
import { keyProviderFailures } from '../metrics/metrics.ts'
import { KeyProviderBusyError, KeyProviderRefusedError, KeyUnavailableError } from './errors.ts'
import type { SecretLines } from './local-key-provider.ts'

const MAX_ATTEMPTS = 3
const CONNECT_MS = 2_000
const ANSWER_MS = 5_000
/** Errors that pass by themselves. They have the status 400, as those that do not. */
const PASSING =
  /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|LimitExceededException|KeyUnavailableException|DependencyTimeoutException|CredentialsProviderError|TimeoutError)$/

/** Secrets that one key of AWS KMS wraps, each bound to its company by the encryption context. */
export interface KmsLines extends SecretLines {
  /** Returns which key wraps the secrets. Throws KeyUnavailableError. */
  check(): Promise<string>
}

/** Opens secrets by AWS KMS. Those from before, which nothing wraps, are opened too, until they are rotated. */
export function createKmsLines({ keyId, region, endpoint, credentials }: KmsSettings): KmsLines {
  const client = new KMSClient({
    region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  })
  /** The data keys of a company are unwrapped at the same time, and by the same secret. */
  const opening = new Map<string, Promise<Buffer>>()

  return {
    async make(companyId) {
      const command = new GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: contextOf(companyId),
      })
      const { KeyId, CiphertextBlob } = await calling(client.send(command))
      if (!KeyId || !CiphertextBlob) throw new KeyUnavailableError('AWS KMS has answered without a key.')
      return `aws-kms ${KeyId} ${Buffer.from(CiphertextBlob).toString('base64')}`
    },

    async open(companyId, line) {
      if (!line.startsWith('aws-kms ')) return Buffer.from(line, 'hex')
      const underWay = opening.get(`${companyId} ${line}`)
      if (underWay) return underWay
      const opened = decrypt(client, companyId, line).finally(() => opening.delete(`${companyId} ${line}`))
      opening.set(`${companyId} ${line}`, opened)
      return opened
    },

    async check() {
      const { KeyMetadata: key } = await calling(client.send(new DescribeKeyCommand({ KeyId: keyId })))
      if (key?.KeyState !== 'Enabled' || key.KeyUsage !== 'ENCRYPT_DECRYPT')
        throw new KeyUnavailableError(
          `The key ${keyId} of AWS KMS is ${key?.KeyState ?? 'unknown'} and for ${key?.KeyUsage ?? 'nothing'}: enable it, or set KMS_KEY_ID to a symmetric key for encryption.`,
        )
      return `secrets are wrapped by ${key.Arn} of AWS KMS`
    },
  }
}

async function decrypt(client: KMSClient, companyId: string, line: string): Promise<Buffer> {
  const [, wrappedBy, blob = ''] = line.split(' ')
  const command = new DecryptCommand({
    KeyId: wrappedBy,
    CiphertextBlob: Buffer.from(blob, 'base64'),
    EncryptionContext: contextOf(companyId),
  })
  const { Plaintext } = await calling(client.send(command))
  return secretIn(Plaintext)
}

/** Authenticated with the ciphertext, so that the secret of one company never opens as that of another. */
function contextOf(companyId: string): Record<string, string> {
  return { company: companyId.toLowerCase() }
}

function secretIn(plaintext: Uint8Array | undefined): Buffer {
  if (plaintext?.length !== 32) throw new KeyUnavailableError('AWS KMS has answered without a secret.')
  return Buffer.from(plaintext)
}

async function calling<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
    keyProviderFailures.inc({ reason: name })
    const status = statusOf(error)
    if (PASSING.test(name) || status === undefined || status >= 500)
      throw new KeyProviderBusyError(`AWS KMS does not answer just now (${name}: ${message}).`)
    throw new KeyProviderRefusedError(
      `AWS KMS refuses to open the secrets of companies (${name}: ${message}). Enable the key of KMS_KEY_ID, and allow kms:Decrypt, kms:GenerateDataKey and kms:DescribeKey on it.`,
    )
  }
}

/** Undefined if there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode
}
