import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The access key that the local service knows. */
export const S3_CREDENTIALS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret of the tests' }

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/(\d{8}\/([\w-]+)\/s3\/aws4_request), ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/

/** True if a request is signed with the access key, by version 4 of the signatures of AWS. */
export function isSigned(request: IncomingMessage): boolean {
  const { method, headers, url = '' } = request
  const [, scope = '', region = '', names = '', signature] =
    AUTHORIZATION.exec(String(headers.authorization)) ?? []
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, pathname, query, signed.join(''), names, headers['x-amz-content-sha256']]
  const date = String(headers['x-amz-date'])
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical.join('\n'))].join('\n')
  const key = [date.slice(0, 8), region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${S3_CREDENTIALS.secretAccessKey}`,
  )
  return hmac(key, text).toString('hex') === signature
}

/** True if the body is the one that was signed, where its hash was. */
export function isSignedBody(request: IncomingMessage, body: Buffer): boolean {
  const claimed = request.headers['x-amz-content-sha256']
  return claimed === 'UNSIGNED-PAYLOAD' || claimed === sha256(body)
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
