/** An SMS to one phone. */
export interface Sms {
  /** The delivery, which a status callback names. Undefined for an answer to a keyword. */
  delivery: { companyId: string; deliveryId: string } | undefined
  from: string
  to: string
  body: string
}

/**
 * The outcome of handing an SMS to the provider. ACCEPTED: it has it. REFUSED: it has not, for good. LATER: it has not, and
 * may be asked again. UNKNOWN: nobody can tell, so it is never asked again.
 */
export type SmsOutcome =
  | { kind: 'ACCEPTED'; sid: string }
  | { kind: 'REFUSED'; code: string }
  | { kind: 'LATER'; code: string }
  | { kind: 'UNKNOWN'; code: string }

/** Sends SMS. */
export interface SmsProvider {
  readonly name: 'disk' | 'twilio'
  /** The number that is used if neither message, company nor configuration names one. */
  readonly defaultFrom: string | undefined
  /** Never throws. */
  send(sms: Sms): Promise<SmsOutcome>
  /** Checks that SMS can be sent, and returns a description of how. Throws StartupProblem. */
  check(): Promise<string>
}

/** The provider's codes that ask for a lower rate: throttled, queue full, the carrier's cap. */
export const SLOW_DOWN: ReadonlySet<string> = new Set(['20429', '21611', '30022'])
/** The provider's code for a sender that no carrier knows, which holds the sender until an operator resumes it. */
export const UNREGISTERED = '30034'
