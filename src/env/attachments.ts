import type { Values } from './variables.ts'

/** The limits of attachments, and where they are kept and checked. */
export interface AttachmentSettings {
  /** The folder of files. Undefined: in the data directory. */
  directory: string | undefined
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
export function attachmentsOf({
  FILE_DIR,
  FILE_MAX_MB,
  FILE_QUOTA_MB,
  FILE_TYPES = [],
  CLAMD_URL,
}: Values): AttachmentSettings {
  const clamd = CLAMD_URL === undefined ? undefined : new URL(CLAMD_URL)
  return {
    directory: FILE_DIR,
    maxBytes: FILE_MAX_MB * MEGABYTE,
    quotaBytes: FILE_QUOTA_MB * MEGABYTE,
    types: FILE_TYPES,
    clamd: clamd && { host: clamd.hostname, port: Number(clamd.port || CLAMD_PORT) },
  }
}
