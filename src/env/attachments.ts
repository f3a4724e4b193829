import { type AwsCredentials, awsCredentialsOf } from './aws-credentials.ts'
import type { Values } from './variables.ts'

/** A bucket of S3, or of a service that speaks its protocol. */
export interface S3Settings {
  bucket: string
  /** The beginning of all names of objects; empty, or with a slash at its end. */
  prefix: string
  region: string
  /** Another address than that of AWS. */
  endpoint: string | undefined
  /** True if the bucket stands in the path, false if in the name of the host. */
  pathStyle: boolean
  /** Undefined means the default chain of the SDK: files, containers, instances. */
  credentials: AwsCredentials | undefined
}

/** The limits of attachments, and where they are kept and checked. */
export interface AttachmentSettings {
  /** The folder of files. Undefined: in the data directory. */
  directory: string | undefined
  /** The bucket of files. Undefined: they lie in the folder. */
  s3: S3Settings | undefined
  /** Maximum size of a file in bytes. */
  maxBytes: number
  /** Maximum size of all files of a company in bytes. */
  quotaBytes: number
  /** The media types that are accepted, such as `image/*`; all if there are none. */
  types: readonly string[]
  /** The scanner of files. Undefined: files are not scanned. */
  clamd: { host: string; port: number } | undefined
}

const MEGABYTE = 1024 * 1024
const CLAMD_PORT = 3310

/** Reads the settings of attachments. */
export function attachmentsOf(values: Values): AttachmentSettings {
  const { FILE_DIR, FILE_MAX_MB, FILE_QUOTA_MB, FILE_TYPES = [], CLAMD_URL } = values
  const clamd = CLAMD_URL === undefined ? undefined : new URL(CLAMD_URL)
  return {
    directory: FILE_DIR,
    s3: s3Of(values),
    maxBytes: FILE_MAX_MB * MEGABYTE,
    quotaBytes: FILE_QUOTA_MB * MEGABYTE,
    types: FILE_TYPES,
    clamd: clamd && { host: clamd.hostname, port: Number(clamd.port || CLAMD_PORT) },
  }
}

function s3Of(values: Values): S3Settings | undefined {
  const {
    FILE_STORE,
    S3_BUCKET: bucket,
    S3_PREFIX: prefix = '',
    S3_ENDPOINT: endpoint,
    AWS_REGION: region,
  } = values
  if (FILE_STORE !== 's3' || !bucket || !region) return undefined
  const pathStyle = values.S3_PATH_STYLE ? values.S3_PATH_STYLE === 'on' : endpoint !== undefined
  return { bucket, prefix, region, endpoint, pathStyle, credentials: awsCredentialsOf(values) }
}
