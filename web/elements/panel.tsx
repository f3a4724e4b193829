import { useEffect, useRef } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import { Toast } from '../ui/toast.tsx'
import { Gate, InboxScreen, Screen } from './screens.tsx'

export { default as styles } from '../styles/panel.css'

/** The widget's panel: one screen at a time. */
export function Panel() {
  const { view, session } = useUi()
  const box = useRef<HTMLDivElement>(null)
  const { name } = view.value
  const isReady = session.phase.value === 'ready'
  useEffect(() => {
    // A person who types already is not interrupted.
    const root = box.current?.getRootNode() as ShadowRoot
    if (root.activeElement instanceof HTMLInputElement) return
    const wanted = ['textarea', '.picker input', '[type="search"]', '.head button'].slice(
      name === 'inbox' ? 3 : 0,
    )
    const found = ['.item', ...wanted].flatMap(
      (selector) => box.current?.querySelector<HTMLElement>(selector) ?? [],
    )
    found[0]?.focus({ preventScroll: true })
  }, [name, isReady])
  useEffect(() => {
    // Escape closes the menu or dialog that is open, and the panel with the next press.
    box.current?.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && box.current?.querySelector(':popover-open, :modal'))
        event.stopPropagation()
    })
  }, [])
  return (
    <div ref={box} class="screens">
      <Gate>{name === 'inbox' ? <InboxScreen /> : <Screen hasBack />}</Gate>
      <Toast />
    </div>
  )
}
