import { UserError } from '../errors.ts'

/** The conversation takes no messages from this viewer: replies are off, or it is closed. */
export class RepliesClosedError extends UserError {
  override readonly name = 'RepliesClosedError'
}

/** The thread is as deep as the company allows. */
export class ThreadTooDeepError extends UserError {
  override readonly name = 'ThreadTooDeepError'
  readonly maxDepth: number

  constructor(detail: string, maxDepth: number) {
    super(detail)
    this.maxDepth = maxDepth
  }
}

/** The same send under the same key has been committed by another call a moment ago: the answer is that one's. */
export class TwinCommittedError extends Error {
  override readonly name = 'TwinCommittedError'
}
