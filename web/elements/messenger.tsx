import { effect } from '@preact/signals'
import { render } from 'preact'
import { useRef } from 'preact/hooks'
import { noticeOf, notify } from '../notify/notify.ts'
import { onPushClick } from '../notify/push-clicks.ts'
import { readContext } from '../store/types.ts'
import base from '../styles/base.css'
import messenger from '../styles/messenger.css'
import panel from '../styles/panel.css'
import { type Ui, UiProvider } from '../ui/context.ts'
import { EmptyState } from '../ui/state.tsx'
import { Toast } from '../ui/toast.tsx'
import type { ColloquyElement } from './colloquy.ts'
import { connect } from './connect.ts'
import { createUi } from './create-ui.ts'
import type { Mounted } from './mounted.ts'
import { Gate, InboxScreen, Screen } from './screens.tsx'
import { adopt, keepKeys } from './shadow.ts'
import { readView, writeView } from './view-memory.ts'

/** Shows the messenger: the inbox, and beside it what is open. */
export async function mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> {
  const messaging = connect(element)
  const ui = await createUi(element, 'messenger', messaging)
  const { session, view } = ui
  const left = readView('messenger')
  const stop = effect(() => {
    if (session.phase.value !== 'ready') return
    if (left && left.scope === session.scope) {
      left.scope = ''
      view.value = left.view
    }
    writeView('messenger', { open: true, view: view.value, scope: session.scope })
  })
  onPushClick((id) => {
    if (left) left.scope = ''
    ui.go({ name: 'thread', id })
  })
  session.onNotify = (event) => {
    const notice = noticeOf(event, ui.text)
    notify(
      session,
      notice,
      () => notice.conversationId && ui.go({ name: 'thread', id: notice.conversationId }),
    )
  }
  adopt(root, base, panel, messenger)
  keepKeys(root)
  render(<Messenger ui={ui} />, root)
  return {
    update() {
      ui.context.value = readContext(element.getAttribute('context'))
    },
    unmount() {
      stop()
      render(null, root)
    },
    signOut: () => session.signOut(),
  }
}

function Messenger({ ui }: { ui: Ui }) {
  const { view, text, locale } = ui
  const box = useRef<HTMLDivElement>(null)
  const { value } = view
  const current = value.name === 'thread' || value.name === 'details' ? value.id : undefined
  const cycle = (event: KeyboardEvent) => {
    if (event.key !== 'F6') return
    event.preventDefault()
    cycleRegions(box.current, event.shiftKey ? -1 : 1)
  }
  return (
    <UiProvider value={ui}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: F6 walks through the regions wherever the focus is. */}
      <div
        ref={box}
        class={`root messenger ${value.name === 'inbox' ? 'at-inbox' : 'at-screen'}`}
        lang={locale}
        part="root"
        onKeyDown={cycle}
      >
        <Gate>
          <div class="pane list" data-region>
            <InboxScreen current={current} />
          </div>
          <div class="pane main" data-region>
            {value.name === 'inbox' ? (
              <EmptyState icon="chat" title={text.messages} hint={text.emptyInboxHint}>
                <button type="button" class="button primary" onClick={() => ui.go({ name: 'new' })}>
                  {text.newMessage}
                </button>
              </EmptyState>
            ) : (
              <Screen hasBack={true} />
            )}
          </div>
        </Gate>
        <Toast />
        <p class="hidden" role="status">
          {ui.announcement}
        </p>
      </div>
    </UiProvider>
  )
}

/** F6 goes to the next part of the screen, as in the browser itself. */
function cycleRegions(box: HTMLElement | null, step: number): void {
  const regions = [...(box?.querySelectorAll<HTMLElement>('[data-region], .composer') ?? [])]
  const root = box?.getRootNode() as ShadowRoot
  const at = regions.findLastIndex((region) => region.contains(root.activeElement))
  const next = regions[(at + step + regions.length) % regions.length]
  next?.querySelector<HTMLElement>('textarea, article[tabindex="0"], .item, input, button')?.focus()
}
