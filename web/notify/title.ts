import { effect } from '@preact/signals'
import type { Session } from '../store/session.ts'

const MAX_ON_ICON = 99

/**
 * Shows the number of unread messages in the title of a page in the background, on the icon of an installed one, and on
 * the page's own icon if the page wants it.
 */
export function showInTitle(session: Session, isOnIcon: boolean): void {
  let shown = ''
  let icon: string | undefined
  const update = () => {
    const { total } = session.inbox.unread.value
    const bare = document.title.startsWith(shown) ? document.title.slice(shown.length) : document.title
    shown = document.hidden && total > 0 ? `(${total}) ` : ''
    if (document.title !== shown + bare) document.title = shown + bare
    const link = isOnIcon && document.querySelector<HTMLLinkElement>('link[rel~="icon"]')
    if (link && (shown || icon !== undefined)) {
      icon ??= link.href
      link.href = shown ? numbered(Math.min(total, MAX_ON_ICON)) : icon
    }
    void navigator.setAppBadge?.(total).catch(() => {})
  }
  effect(update)
  document.addEventListener('visibilitychange', update)
}

/** An icon of a number. It is data, which the page's policy must allow. */
function numbered(total: number): string {
  return `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="%23c4262f"/><text x="16" y="23" font-size="20" font-family="sans-serif" fill="white" text-anchor="middle">${total}</text></svg>`
}
