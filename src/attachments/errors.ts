import { UserError } from '../errors.ts'
import type { AttachmentRefusal } from './attachment-row.ts'

/** The file is not accepted: it is too large, of a type that the server does not take, infected, or there is no room for it. */
export class AttachmentRefusedError extends UserError {
  override readonly name = 'AttachmentRefusedError'
  readonly reason: AttachmentRefusal

  constructor(detail: string, reason: AttachmentRefusal) {
    super(detail)
    this.reason = reason
  }
}

/** A request to a link that leads to nothing, with the status of the answer. */
export class FileRequestRefused extends Error {
  override readonly name = 'FileRequestRefused'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.headers = headers
  }
}
