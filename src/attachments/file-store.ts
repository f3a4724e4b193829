/** A stored content of an attachment. */
export interface StoredContent {
  companyId: string
  attachmentId: string
  /** Such as `upload`. */
  content: string
}

/** A part of a content. All parts but the last have the same number of bytes. */
export interface StoredPart extends StoredContent {
  /** From 0. */
  part: number
  /** Number of parts of the content. */
  parts: number
  /** Stored bytes of all parts before it. */
  from: number
  /** Stored bytes of this part. */
  bytes: number
}

/** Bytes of a part to read. */
export interface StoredBytes {
  from: number
  length: number
  /** Bytes at the beginning that the reader takes off, so that the first buffer may have so many more than others. */
  head: number
}

/** Keeps the parts of files. All that is given to it is ciphertext. */
export interface FileStore {
  /**
   * Writes a part to its end, durably. Nobody ever finds half of one, and one that is written again is replaced. Parts are written in their
   * order, and read once all are there. Each buffer is valid until the next is asked for. Throws UploadLostError.
   */
  write(at: StoredPart, sealed: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>
  /** Reads bytes of a part; each buffer is valid until the next is asked for, and may be written to. Throws FileMissingError. */
  read(at: StoredPart, bytes: StoredBytes): AsyncIterable<Buffer>
  /** Deletes all of an attachment but these contents, drafts included. */
  keepOnly(companyId: string, attachmentId: string, contents: readonly string[]): Promise<void>
}

/** A part is not there. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError'

  constructor() {
    super('A stored file is missing.')
  }
}

/** The earlier parts of an upload are not there any more, so that it cannot be ended. */
export class UploadLostError extends Error {
  override readonly name = 'UploadLostError'

  constructor() {
    super('Earlier parts of an upload are gone.')
  }
}
