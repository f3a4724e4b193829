import { CloseButton } from './close-button.tsx'
import { useUi, type View } from './context.ts'
import { Icon } from './icon.tsx'

/** The top of a screen, with the way back. */
export function Head({ title, back = { name: 'inbox' } }: { title: string; back?: View }) {
  const { text, go } = useUi()
  return (
    <header class="head" part="header">
      <button type="button" class="tool" aria-label={text.back} title={text.back} onClick={() => go(back)}>
        <Icon name="back" />
      </button>
      <div class="head-text">
        <h2>{title}</h2>
      </div>
      <CloseButton />
    </header>
  )
}
