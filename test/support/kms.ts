import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

/** An error that the service answers with. */
export interface KmsFault {
  status: number
  type: string
}

/** A local service that speaks the JSON protocol of AWS KMS, with one key. */
export interface KmsStub extends AsyncDisposable {
  endpoint: string
  keyArn: string
  /** The actions that were called, in order. */
  calls: string[]
  /** Answers everything with this error; undefined ends that. */
  fault: KmsFault | undefined
  latencyMs: number
}

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-central-1\/kms\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/

interface Body {
  KeyId?: string
  CiphertextBlob?: string
  EncryptionContext?: Record<string, string>
}

/** Starts the service. It refuses what is not signed, and ciphertext of another key or encryption context. */
export async function startKms(): Promise<KmsStub> {
  const key = randomBytes(32)
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const stub = { keyArn, calls: [] as string[], fault: undefined as KmsFault | undefined, latencyMs: 0 }

  function wrap(plaintext: Buffer, context: unknown): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(JSON.stringify(context)))
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  function unwrap(blob: string, context: unknown): string {
    const bytes = Buffer.from(blob, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAAD(Buffer.from(JSON.stringify(context))).setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('base64')
  }

  function answer(action: string, { KeyId, CiphertextBlob = '', EncryptionContext }: Body): object {
    if (KeyId !== undefined && KeyId !== keyArn) throw { status: 400, type: 'NotFoundException' }
    if (action === 'GenerateDataKey') {
      const secret = randomBytes(32)
      return {
        KeyId: keyArn,
        Plaintext: secret.toString('base64'),
        CiphertextBlob: wrap(secret, EncryptionContext),
      }
    }
    if (action === 'Decrypt') {
      try {
        return { KeyId: keyArn, Plaintext: unwrap(CiphertextBlob, EncryptionContext) }
      } catch {
        throw { status: 400, type: 'InvalidCiphertextException' }
      }
    }
    if (action === 'DescribeKey')
      return {
        KeyMetadata: {
          KeyId: 'k',
          Arn: keyArn,
          KeyState: 'Enabled',
          KeyUsage: 'ENCRYPT_DECRYPT',
          Enabled: true,
        },
      }
    throw { status: 400, type: 'UnknownOperationException' }
  }

  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Body
    const [, action = ''] = /^TrentService\.(\w+)$/.exec(String(request.headers['x-amz-target'])) ?? []
    stub.calls.push(action)
    await delay(stub.latencyMs)
    const send = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value))
    try {
      if (!SIGNED.test(request.headers.authorization ?? ''))
        throw { status: 400, type: 'IncompleteSignatureException' }
      if (request.headers['content-type'] !== 'application/x-amz-json-1.1')
        throw { status: 400, type: 'SerializationException' }
      if (stub.fault) throw stub.fault
      send(200, answer(action, body))
    } catch (error) {
      const { status, type } = error as KmsFault
      send(status, { __type: type, message: `The stub says ${type}.` })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(stub, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
