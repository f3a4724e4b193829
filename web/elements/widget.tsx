import { effect, type Signal, signal, useSignal } from '@preact/signals'
import { type ComponentType, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { type Notice, noticeOf, notify } from '../notify/notify.ts'
import { onPushClick } from '../notify/push-clicks.ts'
import { readContext } from '../store/types.ts'
import base from '../styles/base.css'
import launcher from '../styles/launcher.css'
import { type Ui, UiProvider } from '../ui/context.ts'
import { Glyph } from '../ui/glyph.tsx'
import type { ColloquyElement } from './colloquy.ts'
import { connect } from './connect.ts'
import { createUi } from './create-ui.ts'
import type { Mounted } from './mounted.ts'
import { adopt, keepKeys } from './shadow.ts'
import { readView, writeView } from './view-memory.ts'

// Of all icons only these two are needed before the panel is opened.
const CHAT = 'M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z'
const DOWN = 'M6 9l6 6 6-6'
const MAX_BADGE = 99
const NOTICE_MS = 6_000

/** Shows the widget: a launcher, and the panel once it is opened. */
export async function mount(element: ColloquyElement, root: ShadowRoot): Promise<Mounted> {
  const messaging = connect(element)
  const ui = await createUi(element, 'widget', messaging)
  const { session, view } = ui
  const left = readView('widget')
  const isOpen = signal(left?.open ?? false)
  const notice = signal<Notice | null>(null)
  if (left) view.value = left.view
  const setOpen = (open: boolean) => {
    if (isOpen.value === open) return
    isOpen.value = open
    notice.value = null
    ui.emit(open ? 'colloquy-open' : 'colloquy-close')
    if (!open) requestAnimationFrame(() => root.querySelector<HTMLElement>('.launcher')?.focus())
  }
  ui.close = () => setOpen(false)
  const stop = effect(() => {
    const state = { open: isOpen.value, view: view.value, scope: session.scope }
    // Another person signs in: their panel begins with their inbox.
    if (session.phase.value === 'ready' && left && left.scope !== '' && left.scope !== session.scope) {
      left.scope = ''
      view.value = { name: 'inbox' }
    }
    if (session.phase.value !== 'starting') writeView('widget', { ...state, scope: session.scope })
  })
  onPushClick((id) => {
    ui.go({ name: 'thread', id })
    setOpen(true)
  })
  session.onNotify = (event) => {
    const next = noticeOf(event, ui.text)
    const show = () => {
      if (next.conversationId) ui.go({ name: 'thread', id: next.conversationId })
      setOpen(true)
    }
    const isShown = isOpen.value && view.value.name === 'thread' && view.value.id === next.conversationId
    if (!isShown) notice.value = next
    notify(session, next, show)
  }
  adopt(root, base, launcher)
  keepKeys(root)
  render(<Widget ui={ui} isOpen={isOpen} setOpen={setOpen} notice={notice} />, root)
  return {
    update() {
      ui.context.value = readContext(element.getAttribute('context'))
    },
    unmount() {
      stop()
      render(null, root)
    },
    signOut: () => session.signOut(),
    setOpen,
  }
}

function Widget({
  ui,
  isOpen,
  setOpen,
  notice,
}: {
  ui: Ui
  isOpen: Signal<boolean>
  setOpen(open: boolean): void
  notice: Signal<Notice | null>
}) {
  const { session, text, locale } = ui
  const panel = useSignal<{ Panel: ComponentType } | null>(null)
  useEffect(() => {
    if (isOpen.value && !panel.value) {
      void import('./panel.tsx').then(({ Panel, styles }) => {
        ui.dress(styles)
        panel.value = { Panel }
      })
    }
  }, [isOpen.value])
  const { total } = session.inbox.unread.value
  const Panel = panel.value?.Panel
  return (
    <UiProvider value={ui}>
      <div class="root widget" lang={locale} part="root">
        {isOpen.value && (
          <div
            class="panel"
            part="panel"
            role="dialog"
            aria-label={text.messages}
            onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
          >
            {Panel ? <Panel /> : <span class="panel-wait" role="status" aria-label={text.loading} />}
          </div>
        )}
        {notice.value && (
          <NoticeCard
            notice={notice.value}
            onClose={() => {
              notice.value = null
            }}
            onOpen={(id) => {
              if (id) ui.go({ name: 'thread', id })
              setOpen(true)
            }}
          />
        )}
        <button
          type="button"
          class="launcher"
          part="launcher"
          aria-expanded={isOpen.value}
          aria-label={total > 0 ? text.launcherUnread(total) : text.launcher}
          onClick={() => setOpen(!isOpen.value)}
        >
          <Glyph path={isOpen.value ? DOWN : CHAT} size={26} />
          {total > 0 && !isOpen.value && (
            <span class="badge" part="badge" aria-hidden="true">
              {total > MAX_BADGE ? `${MAX_BADGE}+` : total}
            </span>
          )}
        </button>
        <p class="hidden" role="status">
          {ui.announcement}
        </p>
      </div>
    </UiProvider>
  )
}

function NoticeCard({
  notice,
  onOpen,
  onClose,
}: {
  notice: Notice
  onOpen(id: string | undefined): void
  onClose(): void
}) {
  useEffect(() => {
    const timer = setTimeout(onClose, NOTICE_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <button type="button" class="notice-card" part="toast" onClick={() => onOpen(notice.conversationId)}>
      <b dir="auto">{notice.title}</b>
      <span dir="auto">{notice.body}</span>
    </button>
  )
}
