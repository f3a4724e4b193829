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
  function open() {
    menu.current?.showPopover()
    if (menu.current && button.current) place(menu.current, button.current)
    menu.current?.querySelector('button')?.focus()
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

/** Moves the focus among the entries of the menu that the key was pressed in. */
function walk(event: KeyboardEvent) {
  const menu = event.currentTarget as HTMLElement
  const all = [...menu.querySelectorAll('button')]
  const at = all.indexOf((menu.getRootNode() as ShadowRoot).activeElement as HTMLButtonElement)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
  if (next === undefined) return
  event.preventDefault()
  all.at(next % all.length)?.focus()
}
