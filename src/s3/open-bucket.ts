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

/** Opens a bucket. Nothing is asked of it before the first call. */
export function openBucket({ bucket, region, endpoint, pathStyle, credentials }: S3Settings): Bucket {
  const client = new S3Client({
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
  const at = (key: string) => ({ Bucket: bucket, Key: key })
  return {
    async put(key, body, signal) {
      await sendBody(body, signal, (Body, abortSignal) =>
        client.send(new PutObjectCommand({ ...at(key), Body, ContentLength: body.bytes }), { abortSignal }),
      )
    },

    async get(key, from, length) {
      const Range = `bytes=${from}-${from + length - 1}`
      const found = await calling(client.send(new GetObjectCommand({ ...at(key), Range }))).catch(isMissing)
      return found && (found.Body as AsyncIterable<Buffer>)
    },

    async sizeOf(key) {
      const found = await calling(client.send(new HeadObjectCommand(at(key)))).catch(isMissing)
      return found && (found.ContentLength ?? 0)
    },

    async remove(key) {
      await calling(client.send(new DeleteObjectCommand(at(key))))
    },

    async begin(key) {
      const { UploadId } = await calling(client.send(new CreateMultipartUploadCommand(at(key))))
      if (!UploadId) throw new Error('S3 has begun an upload without an id.')
      return UploadId
    },

    async begun(key) {
      const list = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })
      const { Uploads = [] } = await calling(client.send(list))
      return Uploads.filter(({ Key }) => Key === key)
        .sort(byBeginning)
        .flatMap(({ UploadId }) => UploadId ?? [])
    },

    async putPart(key, uploadId, number, body, signal) {
      const given = { ...at(key), UploadId: uploadId, PartNumber: number, ContentLength: body.bytes }
      await sendBody(body, signal, (Body, abortSignal) =>
        client.send(new UploadPartCommand({ ...given, Body }), { abortSignal }),
      )
    },

    async parts(key, uploadId) {
      const { Parts = [] } = await calling(
        client.send(new ListPartsCommand({ ...at(key), UploadId: uploadId })),
      )
      return Parts.map(({ PartNumber = 0, ETag = '', Size = 0 }) => ({
        number: PartNumber,
        etag: ETag,
        bytes: Size,
      }))
    },

    async complete(key, uploadId, parts) {
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
      const given = { ...at(key), UploadId: uploadId, MultipartUpload: { Parts } }
      await calling(client.send(new CompleteMultipartUploadCommand(given)))
    },

    async abort(key, uploadId) {
      const command = new AbortMultipartUploadCommand({ ...at(key), UploadId: uploadId })
      await calling(client.send(command)).catch(isMissing)
    },

    async check() {
      await calling(client.send(new HeadBucketCommand({ Bucket: bucket })))
    },
  }
}
