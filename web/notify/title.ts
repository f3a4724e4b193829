import { effect } from '@preact/signals'
import type { Session } from '../store/session.ts'

/** Shows the number of unread messages in the title of a page in the background, and on the icon of an installed one. */
export function showInTitle(session: Session): void {
  let shown = ''
  const update = () => {
    const { total } = session.unread.value
    const bare = document.title.startsWith(shown) ? document.title.slice(shown.length) : document.title
    shown = document.hidden && total > 0 ? `(${total}) ` : ''
    if (document.title !== shown + bare) document.title = shown + bare
    void navigator.setAppBadge?.(total).catch(() => {})
  }
  effect(update)
  document.addEventListener('visibilitychange', update)
}
