import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'
import { place } from './place.ts'

/** An entry of a menu. */
export interface MenuItem {
  label: string
  icon: IconName
  danger?: boolean
  act(): void
}

/** A button that opens a menu above everything else. Arrow keys walk through it, and Escape returns to the button. */
export function Menu({
  label,
  icon,
  items,
  children,
  class: className = 'tool',
  tabIndex,
}: {
  label: string
  icon: IconName
  items: readonly MenuItem[]
  children?: ComponentChildren
  class?: string
  tabIndex?: number
}) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const entries = () => [...(menu.current?.querySelectorAll<HTMLElement>('button') ?? [])]
  function open() {
    menu.current?.showPopover()
    if (menu.current && button.current) place(menu.current, button.current)
    entries()[0]?.focus()
  }
  function walk(event: KeyboardEvent) {
    const all = entries()
    const root = menu.current?.getRootNode() as ShadowRoot
    const at = all.indexOf(root.activeElement as HTMLElement)
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    all[
      step === 'first' ? 0 : step === 'last' ? all.length - 1 : (at + step + all.length) % all.length
    ]?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-controls={id}
        tabIndex={tabIndex}
        onClick={open}
      >
        <Icon name={icon} />
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        tabIndex={-1}
        onKeyDown={walk}
      >
        {children}
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            class={item.danger ? 'danger' : undefined}
            onClick={() => {
              menu.current?.hidePopover()
              button.current?.focus()
              item.act()
            }}
          >
            <Icon name={item.icon} size={18} />
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}

const STEPS: Readonly<Record<string, number | 'first' | 'last'>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: 'first',
  End: 'last',
}
