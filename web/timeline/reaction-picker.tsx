import { useId, useRef } from 'preact/hooks'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { place } from '../ui/place.ts'
import { useReact } from './reactions.tsx'

const EMOJI = [...'👍❤️😂🎉🙏👀✅❌🔥💯👏🙌🤔😅😍😮😢😡🚀⭐💡⏳📌👋'.matchAll(/\p{Emoji}\uFE0F?/gu)].map(
  ([emoji]) => emoji,
)

/** A button that opens a grid of emoji. */
export function ReactionPicker({ thread, message }: { thread: Thread; message: Message }) {
  const { text } = useUi()
  const toggle = useReact(thread, message)
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const open = () => {
    grid.current?.showPopover()
    if (grid.current && button.current) place(grid.current, button.current)
    grid.current?.querySelector('button')?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="tool"
        aria-label={text.react}
        title={text.react}
        aria-haspopup="dialog"
        aria-controls={id}
        onClick={open}
      >
        <Icon name="smile" size={18} />
      </button>
      <div ref={grid} id={id} class="menu emoji" role="dialog" aria-label={text.react} popover="auto">
        {EMOJI.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={text.reactWith(emoji)}
            onClick={() => {
              grid.current?.hidePopover()
              button.current?.focus()
              toggle(emoji)
            }}
          >
            {emoji}
          </button>
        ))}
      </div>
    </>
  )
}
