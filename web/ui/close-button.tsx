import { useUi } from './context.ts'
import { Tool } from './tool.tsx'

/** Closes the widget; the messenger stays. */
export function CloseButton() {
  const { text, close, kind } = useUi()
  if (kind === 'messenger') return null
  return <Tool label={text.close} icon="close" onClick={close} />
}
