import type { Conversation } from './types.ts'

/** Conversations with the latest activity come first. */
export function byActivity(a: Conversation, b: Conversation): number {
  return b.lastActivityAt.localeCompare(a.lastActivityAt)
}
