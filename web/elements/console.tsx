import { signal } from '@preact/signals'
import { render } from 'preact'
import { ColloquyError } from '../../src/client/errors.ts'
import { type Console, ConsoleProvider, type Viewer } from '../console/context.ts'
import { ConsoleDocument } from '../console/operations.ts'
import { Shell } from '../console/shell.tsx'
import { loadWords } from '../locales/console/locale.ts'
import type { Session } from '../store/session.ts'
import base from '../styles/base.css'
import styles from '../styles/console.css'
import panel from '../styles/panel.css'
import { UiProvider } from '../ui/context.ts'
import type { ColloquyElement } from './colloquy.ts'
import { connect } from './connect.ts'
import { createUi } from './create-ui.ts'
import type { Mounted } from './mounted.ts'
import { adopt, keepKeys } from './shadow.ts'

/** Shows the supervisor's console: the sections that the person's role allows. */
export async function mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> {
  const messaging = connect(element)
  const ui = await createUi(element, 'messenger', messaging)
  const { session } = messaging
  const viewer = signal<Viewer | null>(null)
  const console: Console = {
    ...ui,
    words: await loadWords(ui.locale),
    viewer,
    section: signal(session.tabMemory.read<string>('console') ?? ''),
    drafts: new Map(),
    async refresh() {
      assertSignedIn(session)
      const found = (await session.request(ConsoleDocument, {})).viewer
      assertSignedIn(session)
      // Another person has signed in: nothing of the one before stays.
      if (viewer.value && viewer.value.user.id !== found.user.id) console.drafts.clear()
      viewer.value = found
      if (console.section.value === '') {
        console.section.value = session.tabMemory.read<string>('console') ?? ''
      }
    },
  }
  // Any element of the page may sign the person out: nothing that they have read or typed stays on the screen.
  session.onLeave = () => {
    viewer.value = null
    console.drafts.clear()
  }
  adopt(root, base, panel, styles)
  keepKeys(root)
  render(
    <UiProvider value={ui}>
      <ConsoleProvider value={console}>
        <div class="root console" lang={ui.locale} part="root">
          <Shell />
        </div>
      </ConsoleProvider>
    </UiProvider>,
    root,
  )
  return { update() {}, unmount: () => render(null, root), signOut: () => session.signOut() }
}

/** A token that is still valid must not bring back the person who has signed out. Throws ColloquyError. */
function assertSignedIn({ phase }: Session): void {
  if (phase.peek() === 'signed-out') throw new ColloquyError('UNAUTHENTICATED', 'The person has signed out.')
}
