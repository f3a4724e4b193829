import type { Message } from './types.ts'

/** The number itself, or that of the next message that is there. */
export function nearest(messages: readonly Message[], seq: number): number | 'end' {
  return messages.find((message) => (message.seq ?? 0) >= seq)?.seq ?? 'end'
}

/** Messages that wait for review have no number yet and come last. */
export function bySeq(a: Message, b: Message): number {
  return (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER)
}
