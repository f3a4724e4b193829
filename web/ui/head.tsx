import { CloseButton } from './close-button.tsx'
import { useUi, type View } from './context.ts'
import { Tool } from './tool.tsx'

/** The top of a screen, with the way back. */
export function Head({ title, back = { name: 'inbox' } }: { title: string; back?: View }) {
  const { text, go } = useUi()
  return (
    <header class="head" part="header">
      <Tool label={text.back} icon="back" onClick={() => go(back)} />
      <div class="head-text">
        <h2>{title}</h2>
      </div>
      <CloseButton />
    </header>
  )
}
