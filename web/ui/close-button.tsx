import { useUi } from './context.ts'
import { Icon } from './icon.tsx'

/** Closes the widget; the messenger stays. */
export function CloseButton() {
  const { text, close, kind } = useUi()
  if (kind === 'messenger') return null
  return (
    <button type="button" class="tool" aria-label={text.close} title={text.close} onClick={close}>
      <Icon name="close" />
    </button>
  )
}
