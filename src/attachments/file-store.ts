/** A stored object: a part of a content of an attachment. */
export interface StoredPart {
  companyId: string
  attachmentId: string
  /** Such as `upload`. */
  content: string
  /** From 0. */
  part: number
}

/** Keeps the parts of files. All that is given to it is ciphertext. */
export interface FileStore {
  /** Writes a part to its end, durably. Nobody ever finds half of one, and one that is written again is replaced. */
  write(at: StoredPart, sealed: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>
  /** Reads so many bytes of a part from a place on. Throws FileMissingError. */
  read(at: StoredPart, from: number, length: number): AsyncIterable<Buffer>
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
