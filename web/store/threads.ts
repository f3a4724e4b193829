import type { Messaging } from './messaging.ts'
import { Thread } from './thread.ts'

/** Opens a conversation, or shares it with another element. Call `releaseThread` when it is left. */
export function acquireThread(messaging: Messaging, id: string, aroundSeq?: number): Thread {
  const held = messaging.threads.get(id)
  if (held) {
    held.holders += 1
    if (aroundSeq) void held.thread.jump(aroundSeq)
    return held.thread
  }
  const thread = new Thread(messaging.session, id)
  messaging.threads.set(id, { thread, holders: 1 })
  thread.open(aroundSeq)
  return thread
}

/** Ends the conversation's stream when no element shows it any more. */
export function releaseThread(messaging: Messaging, id: string): void {
  const held = messaging.threads.get(id)
  if (!held) return
  held.holders -= 1
  if (held.holders > 0) return
  held.thread.close()
  messaging.threads.delete(id)
}
