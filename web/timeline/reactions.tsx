import { react } from '../store/calls.ts'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { useUi } from '../ui/context.ts'

/** Returns a function that puts a reaction to the message, or takes it back. */
export function useReact(thread: Thread, message: Message) {
  const { session, attempt } = useUi()
  return (emoji: string) => {
    const on = !message.reactions.some((one) => one.emoji === emoji && one.reactedByViewer)
    void attempt(async () => thread.put(await react(session, message.id, emoji, on)))
  }
}

/** The reactions of a message, each of which can be joined or taken back. */
export function Reactions({ thread, message }: { thread: Thread; message: Message }) {
  const { text } = useUi()
  const toggle = useReact(thread, message)
  if (message.reactions.length === 0) return null
  return (
    <div class="reactions">
      {message.reactions.map(({ emoji, count, reactedByViewer }) => (
        <button
          key={emoji}
          type="button"
          class="reaction"
          aria-pressed={reactedByViewer}
          aria-label={text.reaction(emoji, count)}
          onClick={() => toggle(emoji)}
        >
          <span aria-hidden="true">{emoji}</span> {count}
        </button>
      ))}
    </div>
  )
}
