import { useEffect, useRef } from 'preact/hooks'
import panel from '../styles/panel.css'
import { useUi } from '../ui/context.ts'
import { adopt } from './create-ui.ts'
import { Gate, InboxScreen, Screen, Toast } from './screens.tsx'

/** The widget's panel: one screen at a time. */
export function Panel() {
  const { view } = useUi()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const root = box.current?.getRootNode()
    if (root instanceof ShadowRoot) adopt(root, panel)
  }, [])
  const { name } = view.value
  useEffect(() => {
    const first = box.current?.querySelector<HTMLElement>('textarea, .picker input, .item, .head button')
    first?.focus({ preventScroll: true })
  }, [name])
  return (
    <div ref={box} class="screens">
      <Gate>{name === 'inbox' ? <InboxScreen /> : <Screen hasBack />}</Gate>
      <Toast />
    </div>
  )
}
