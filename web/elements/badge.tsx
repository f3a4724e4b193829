import { render } from 'preact'
import badge from '../styles/badge.css'
import base from '../styles/base.css'
import type { Ui } from '../ui/context.ts'
import type { ColloquyElement } from './colloquy.ts'
import { connect } from './connect.ts'
import { adopt, createUi } from './create-ui.ts'
import type { Mounted } from './mounted.ts'

const MAX_BADGE = 99

/** Shows the number of unread messages, for a menu of the host. Nothing is shown while there are none. */
export async function mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> {
  const messaging = connect(element)
  const ui = await createUi(element, 'widget', messaging)
  adopt(root, base, badge)
  render(<Badge ui={ui} />, root)
  return { update() {}, unmount: () => render(null, root), signOut: () => messaging.session.signOut() }
}

function Badge({ ui: { session, text } }: { ui: Ui }) {
  const { total } = session.unread.value
  if (total === 0) return null
  return (
    <span class="count" part="badge" role="img" aria-label={text.unread(total)}>
      {total > MAX_BADGE ? `${MAX_BADGE}+` : total}
    </span>
  )
}
