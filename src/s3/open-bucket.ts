import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type MultipartUpload,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { S3Settings } from '../env/attachments.ts'
import { calling, isMissing } from './calling.ts'
import { type SizedBody, sendBody } from './send-body.ts'

const MAX_ATTEMPTS = 3
const CONNECT_MS = 2_000
const IDLE_MS = 30_000
/** Each download that is under way holds a connection. */
const MAX_CONNECTIONS = 1_000
const NO_LOG = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** A part that a multipart upload has. */
export interface UploadedPart {
  /** From 1. */
  number: number
  etag: string
  bytes: number
}

/** A bucket of S3, or of a service that speaks its protocol. Each call throws StoreBusyError while the bucket does not answer or refuses. */
export interface Bucket {
  put(key: string, body: SizedBody, signal: AbortSignal): Promise<void>
  /** Reads so many bytes from a place on; null if there is no such object. */
  get(key: string, from: number, length: number): Promise<AsyncIterable<Buffer> | null>
  /** The number of bytes of an object; null if there is none. */
  sizeOf(key: string): Promise<number | null>
  /** Deletes an object, if there is one. */
  remove(key: string): Promise<void>
  begin(key: string): Promise<string>
  /** The ids of the uploads of a key that have begun and not ended, always in the same order, earliest first. */
  begun(key: string): Promise<string[]>
  putPart(key: string, uploadId: string, number: number, body: SizedBody, signal: AbortSignal): Promise<void>
  parts(key: string, uploadId: string): Promise<UploadedPart[]>
  complete(key: string, uploadId: string, parts: UploadedPart[]): Promise<void>
  abort(key: string, uploadId: string): Promise<void>
  /** Throws unless the bucket is there and may be used. */
  check(): Promise<void>
}

/** Services tell the time of a beginning in whole seconds, so ids decide within one. */
function byBeginning(a: MultipartUpload, b: MultipartUpload): number {
  const later = Number(a.Initiated ?? 0) - Number(b.Initiated ?? 0)
  return later || ((a.UploadId ?? '') < (b.UploadId ?? '') ? -1 : 1)
}

class S3Bucket implements Bucket {
  readonly #client: S3Client
  readonly #name: string

  constructor(client: S3Client, name: string) {
    this.#client = client
    this.#name = name
  }

  async put(key: string, body: SizedBody, signal: AbortSignal): Promise<void> {
    const given = { ...this.#at(key), ContentLength: body.bytes }
    await sendBody(body, signal, (Body, abortSignal) =>
      this.#client.send(new PutObjectCommand({ ...given, Body }), { abortSignal }),
    )
  }

  async get(key: string, from: number, length: number): Promise<AsyncIterable<Buffer> | null> {
    const command = new GetObjectCommand({ ...this.#at(key), Range: `bytes=${from}-${from + length - 1}` })
    const found = await calling(this.#client.send(command)).catch(isMissing)
    return found && (found.Body as AsyncIterable<Buffer>)
  }

  async sizeOf(key: string): Promise<number | null> {
    const found = await calling(this.#client.send(new HeadObjectCommand(this.#at(key)))).catch(isMissing)
    return found && (found.ContentLength ?? 0)
  }

  async remove(key: string): Promise<void> {
    await calling(this.#client.send(new DeleteObjectCommand(this.#at(key))))
  }

  async begin(key: string): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#at(key))
    const { UploadId } = await calling(this.#client.send(command))
    if (!UploadId) throw new Error('S3 has begun an upload without an id.')
    return UploadId
  }

  async begun(key: string): Promise<string[]> {
    const list = new ListMultipartUploadsCommand({ Bucket: this.#name, Prefix: key })
    const { Uploads = [] } = await calling(this.#client.send(list))
    return Uploads.filter(({ Key }) => Key === key)
      .sort(byBeginning)
      .flatMap(({ UploadId }) => UploadId ?? [])
  }

  async putPart(
    key: string,
    uploadId: string,
    number: number,
    body: SizedBody,
    signal: AbortSignal,
  ): Promise<void> {
    const given = { ...this.#at(key), UploadId: uploadId, PartNumber: number, ContentLength: body.bytes }
    await sendBody(body, signal, (Body, abortSignal) =>
      this.#client.send(new UploadPartCommand({ ...given, Body }), { abortSignal }),
    )
  }

  async parts(key: string, uploadId: string): Promise<UploadedPart[]> {
    const command = new ListPartsCommand({ ...this.#at(key), UploadId: uploadId })
    const { Parts = [] } = await calling(this.#client.send(command))
    return Parts.map(({ PartNumber = 0, ETag = '', Size = 0 }) => ({
      number: PartNumber,
      etag: ETag,
      bytes: Size,
    }))
  }

  async complete(key: string, uploadId: string, parts: UploadedPart[]): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
    const given = { ...this.#at(key), UploadId: uploadId, MultipartUpload: { Parts } }
    await calling(this.#client.send(new CompleteMultipartUploadCommand(given)))
  }

  async abort(key: string, uploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId })
    await calling(this.#client.send(command)).catch(isMissing)
  }

  async check(): Promise<void> {
    await calling(this.#client.send(new HeadBucketCommand({ Bucket: this.#name })))
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#name, Key: key }
  }
}

/** Opens a bucket. Nothing is asked of it before the first call. */
export function openBucket(settings: S3Settings): Bucket {
  return new S3Bucket(createClient(settings), settings.bucket)
}

function createClient({ region, endpoint, pathStyle, credentials }: S3Settings): S3Client {
  return new S3Client({
    region,
    maxAttempts: MAX_ATTEMPTS,
    forcePathStyle: pathStyle,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      httpAgent: { maxSockets: MAX_CONNECTIONS },
      httpsAgent: { maxSockets: MAX_CONNECTIONS },
    },
    // Services other than AWS know no trailing checksums; each chunk of a file is authenticated by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: NO_LOG,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  })
}
