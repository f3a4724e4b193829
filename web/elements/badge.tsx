import { render } from 'preact'
import { useMemo } from 'preact/hooks'
import { contextUnread } from '../store/context-unread.ts'
import { readContext } from '../store/types.ts'
import badge from '../styles/badge.css'
import base from '../styles/base.css'
import type { Ui } from '../ui/context.ts'
import type { ColloquyElement } from './colloquy.ts'
import { connect } from './connect.ts'
import { createUi } from './create-ui.ts'
import type { Mounted } from './mounted.ts'
import { adopt } from './shadow.ts'

const MAX_BADGE = 99

/** Shows the number of unread messages, of all or of one thing of the page. Nothing is shown while there are none. */
export async function mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> {
  const messaging = connect(element)
  const ui = await createUi(element, 'widget', messaging)
  adopt(root, base, badge)
  render(<Badge ui={ui} />, root)
  return {
    update() {
      ui.context.value = readContext(element.getAttribute('context'))
    },
    unmount: () => render(null, root),
    signOut: () => messaging.session.signOut(),
  }
}

function Badge({ ui: { session, text, context } }: { ui: Ui }) {
  const thing = context.value
  const isReady = session.phase.value === 'ready'
  const about = useMemo(
    () => (thing && isReady ? contextUnread(session, thing) : null),
    [thing?.type, thing?.id, isReady],
  )
  const found = about?.value
  // Once something happens in it, the inbox knows the conversation better.
  const latest = found && (session.inbox.conversations.value.get(found.id) ?? found)
  const total = thing ? (latest?.unreadCount ?? 0) : session.inbox.unread.value.total
  if (total === 0) return null
  return (
    <span class="count" part="badge" role="img" aria-label={text.unread(total)}>
      {total > MAX_BADGE ? `${MAX_BADGE}+` : total}
    </span>
  )
}
