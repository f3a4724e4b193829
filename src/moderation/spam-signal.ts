/** A reason to take a message for spam. */
export type SpamSignal = 'REPEATED_BODY' | 'TOO_MANY_MENTIONS' | 'BLOCKED_DOMAIN'

const WORDS: Record<SpamSignal, string> = {
  REPEATED_BODY: 'the same text was sent too often',
  TOO_MANY_MENTIONS: 'it mentions too many people',
  BLOCKED_DOMAIN: 'it links to a blocked domain',
}

/** Says in plain words why a message was taken for spam. */
export function spamReason(signals: readonly SpamSignal[]): string {
  return signals.map((signal) => WORDS[signal]).join(', and ')
}
