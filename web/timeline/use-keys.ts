import type { Signal } from '@preact/signals'

/** Arrow keys, Home and End move from message to message; the list is one stop of the Tab key. */
export function useKeys(active: Signal<string>, container: { current: HTMLElement | null }) {
  return (event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    if (!target.matches('article')) return
    const all = [...(container.current?.querySelectorAll<HTMLElement>('article[data-id]') ?? [])]
    const at = all.indexOf(target)
    const next = {
      ArrowDown: all[at + 1],
      ArrowUp: all[at - 1],
      PageDown: all[at + 1],
      PageUp: all[at - 1],
      Home: all[0],
      End: all.at(-1),
    }[event.key]
    if (!next) return
    event.preventDefault()
    active.value = next.dataset['id'] ?? ''
    next.focus()
  }
}
