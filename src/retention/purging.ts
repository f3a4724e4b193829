/** The kinds of rows that are deleted because their time is over. */
export type PurgedKind =
  | 'events'
  | 'idempotencyKeys'
  | 'messages'
  | 'receipts'
  | 'broadcasts'
  | 'guestMessages'
  | 'inboundMessages'
  | 'seenSms'
  | 'unmatchedSms'

/** One run of a purge. */
export interface Purging {
  /** Days that messages are kept where a company has set nothing; 0 without a limit. */
  defaultDays: number
  signal?: AbortSignal | undefined
  /** Called with the number of rows of each batch. */
  count(kind: PurgedKind, rows: number): void
}
