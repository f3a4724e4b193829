import { useEffect, useRef } from 'preact/hooks'
import { TypingDocument } from '../api/operations.ts'
import type { Thread } from '../store/thread.ts'
import { useUi } from '../ui/context.ts'

/** The server forgets typing after six seconds. */
const REPEAT_MS = 3_000

/** Tells the others of a conversation that the viewer types. */
export function useTyping(thread: Thread) {
  const { session } = useUi()
  const toldAt = useRef(0)
  const tell = (typing: boolean) =>
    session.request(TypingDocument, { input: { conversationId: thread.id, typing } }).catch(() => {})
  const stop = () => {
    if (toldAt.current === 0) return
    toldAt.current = 0
    void tell(false)
  }
  useEffect(() => stop, [thread])
  return {
    stop,
    note(isTyping: boolean) {
      if (!isTyping) return stop()
      if (Date.now() - toldAt.current < REPEAT_MS) return
      toldAt.current = Date.now()
      void tell(true)
    },
  }
}
