import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { S3Settings } from '../../src/env/attachments.ts'
import { isSigned, isSignedBody, S3_CREDENTIALS } from './s3-signature.ts'

const MIN_PART_BYTES = 5 * 1024 * 1024
const BUCKET = 'files'

/** An error that the service answers with, after it has read so many bytes of the body. */
export interface S3Fault {
  status: number
  code: string
  afterBytes?: number
  /** Undefined: every call fails. */
  calls?: RegExp
  /** So many calls do what they are to do, and their answer never comes. */
  lostAnswers?: number
}

interface MultipartUpload {
  key: string
  parts: Map<number, Buffer>
}

/** A local service that speaks the protocol of S3, with one bucket and one access key. It lists uploads of whole keys alone, as MinIO does. */
export interface S3Stub extends AsyncDisposable {
  settings: S3Settings
  objects: Map<string, Buffer>
  /** Uploads that have begun and not ended, by id. */
  uploads: Map<string, MultipartUpload>
  /** The calls, such as `UploadPart`, in order. */
  calls: string[]
  fault: S3Fault | undefined
}

class S3Error extends Error {
  readonly status: number
  constructor(status: number, code: string) {
    super(code)
    this.status = status
  }
}

interface Call {
  name: string
  key: string
  query: URLSearchParams
  request: IncomingMessage
  body: Buffer
}

type Answer = { status?: number; headers?: Record<string, string | number>; body?: string | Buffer }

/** Starts the service. It refuses requests that are not signed, another bucket, parts that are too small, and lists of parts that differ. */
export async function startS3(): Promise<S3Stub> {
  const objects = new Map<string, Buffer>()
  const uploads = new Map<string, MultipartUpload>()
  const stub = { objects, uploads, calls: [] as string[], fault: undefined as S3Fault | undefined }

  const uploadOf = ({ key, query }: Call) => {
    const found = uploads.get(query.get('uploadId') ?? '')
    if (found?.key !== key) throw new S3Error(404, 'NoSuchUpload')
    return found
  }
  const objectOf = ({ key }: Call) => {
    const found = objects.get(key)
    if (!found) throw new S3Error(404, 'NoSuchKey')
    return found
  }

  const handlers: Record<string, (call: Call) => Answer> = {
    HeadBucket: () => ({}),
    PutObject({ key, body }) {
      objects.set(key, body)
      return { headers: { etag: etagOf(body) } }
    },
    HeadObject: (call) => ({ headers: { 'content-length': objectOf(call).length } }),
    GetObject(call) {
      const object = objectOf(call)
      const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(String(call.request.headers.range)) ?? []
      if (Number(from) >= object.length) throw new S3Error(416, 'InvalidRange')
      return { status: 206, body: object.subarray(Number(from), Number(last) + 1) }
    },
    DeleteObject({ key }) {
      objects.delete(key)
      return { status: 204 }
    },
    CreateMultipartUpload({ key }) {
      const id = randomUUID()
      uploads.set(id, { key, parts: new Map() })
      return { body: xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`) }
    },
    ListMultipartUploads({ query }) {
      const listed = [...uploads].filter(([, { key }]) => key === query.get('prefix'))
      const entries = listed.map(
        ([id, { key }], second) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(second * 1_000).toISOString()}</Initiated></Upload>`,
      )
      return { body: xml('ListMultipartUploadsResult', entries.join('')) }
    },
    UploadPart(call) {
      uploadOf(call).parts.set(Number(call.query.get('partNumber')), call.body)
      return { headers: { etag: etagOf(call.body) } }
    },
    ListParts(call) {
      const parts = [...uploadOf(call).parts].sort(([a], [b]) => a - b)
      const entries = parts.map(
        ([number, bytes]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(bytes)}</ETag><Size>${bytes.length}</Size></Part>`,
      )
      return { body: xml('ListPartsResult', entries.join('')) }
    },
    CompleteMultipartUpload(call) {
      const { key, parts } = uploadOf(call)
      const named = [
        ...call.body.toString().matchAll(/<ETag>(.*?)<\/ETag><PartNumber>(\d+)<\/PartNumber>/g),
      ].map(([, etag = '', number]) => ({
        etag: etag.replaceAll('&quot;', '"'),
        bytes: parts.get(Number(number)),
      }))
      if (named.length === 0 || named.some(({ etag, bytes }) => !bytes || etag !== etagOf(bytes)))
        throw new S3Error(400, 'InvalidPart')
      const all = named.map(({ bytes = Buffer.alloc(0) }) => bytes)
      if (all.slice(0, -1).some((bytes) => bytes.length < MIN_PART_BYTES))
        throw new S3Error(400, 'EntityTooSmall')
      objects.set(key, Buffer.concat(all))
      uploads.delete(call.query.get('uploadId') ?? '')
      return { body: xml('CompleteMultipartUploadResult', `<Key>${key}</Key>`) }
    },
    AbortMultipartUpload(call) {
      uploadOf(call)
      uploads.delete(call.query.get('uploadId') ?? '')
      return { status: 204 }
    },
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://s3')
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/')
    const key = rest.join('/')
    const name = callOf(request.method, key, query)
    stub.calls.push(name)
    if (!isSigned(request)) throw new S3Error(403, 'SignatureDoesNotMatch')
    if (bucket !== BUCKET) throw new S3Error(404, 'NoSuchBucket')
    const body = await bodyOf(request, name, stub.fault)
    if (!isSignedBody(request, body)) throw new S3Error(400, 'XAmzContentSHA256Mismatch')
    const handler = handlers[name]
    if (!handler) throw new S3Error(501, 'NotImplemented')
    const answered = handler({ name, key, query, request, body })
    if (stub.fault?.lostAnswers && (stub.fault.calls?.test(name) ?? true)) {
      stub.fault.lostAnswers -= 1
      throw new Error('The answer is lost.')
    }
    return answered
  }

  const server = createServer(async (request, response) => {
    try {
      const { status = 200, headers = {}, body = '' } = await answer(request)
      const isHead = request.method === 'HEAD'
      response.writeHead(status, isHead ? headers : { 'content-length': body.length, ...headers })
      response.end(isHead ? undefined : body)
    } catch (error) {
      if (!(error instanceof S3Error)) return void response.destroy()
      const body = xml('Error', `<Code>${error.message}</Code><Message>The stub says so.</Message>`)
      response.writeHead(error.status, { 'content-type': 'application/xml', connection: 'close' })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = { bucket: BUCKET, prefix: 'colloquy/', region: 'eu-central-1', endpoint, pathStyle: true }
  return Object.assign(stub, {
    settings: { ...settings, credentials: S3_CREDENTIALS },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function callOf(method: string | undefined, key: string, query: URLSearchParams): string {
  if (key === '') return method === 'HEAD' ? 'HeadBucket' : 'ListMultipartUploads'
  if (query.has('uploads')) return 'CreateMultipartUpload'
  const names = query.has('uploadId')
    ? { PUT: 'UploadPart', GET: 'ListParts', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }
    : { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }
  return (names as Record<string, string>)[method ?? ''] ?? 'Unknown'
}

/** Reads a body of the length that was told; a request that breaks off leaves nothing. */
async function bodyOf(request: IncomingMessage, name: string, fault: S3Fault | undefined): Promise<Buffer> {
  const isRefused = fault && fault.lostAnswers === undefined && (fault.calls?.test(name) ?? true)
  const fails = isRefused ? fault : undefined
  const failure = fails && new S3Error(fails.status, fails.code)
  if (failure && !fails.afterBytes) throw failure
  const read: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    read.push(chunk)
    bytes += chunk.length
    if (failure && bytes >= (fails.afterBytes ?? 0)) throw failure
  }
  const told = request.headers['content-length']
  if (told !== undefined && Number(told) !== bytes) throw new S3Error(400, 'IncompleteBody')
  return Buffer.concat(read)
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

function xml(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`
}
