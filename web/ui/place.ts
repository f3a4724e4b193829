const GAP_PX = 4
const EDGE_PX = 8

/** Puts a popover below or above its button, inside of the window; the button has the focus again that Escape takes away. */
export function place(popover: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = popover
  const isBelow = at.bottom + GAP_PX + height + EDGE_PX <= innerHeight || at.top < height
  const top = isBelow ? at.bottom + GAP_PX : at.top - height - GAP_PX
  const isRtl = getComputedStyle(button).direction === 'rtl'
  const left = isRtl ? at.left : at.right - width
  popover.style.top = `${Math.max(EDGE_PX, Math.min(top, innerHeight - height - EDGE_PX))}px`
  popover.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`
  popover.ontoggle = ({ newState }) => {
    const { activeElement } = popover.getRootNode() as ShadowRoot
    if (newState === 'closed' && (!activeElement || popover.contains(activeElement))) button.focus()
  }
}
