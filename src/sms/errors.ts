import { UserError } from '../errors.ts'

/** Neither message, company, configuration nor provider names a number to send from. Nothing was stored. */
export class NoSenderError extends UserError {
  override readonly name = 'NoSenderError'
}

/** The company has sent as many SMS in this month as it may. */
export class SmsCapReachedError extends UserError {
  override readonly name = 'SmsCapReachedError'
  readonly cap: number
  /** The beginning of the next month in the company's zone. */
  readonly resetsAt: Date

  constructor(detail: string, cap: number, resetsAt: Date) {
    super(detail)
    this.cap = cap
    this.resetsAt = resetsAt
  }
}
