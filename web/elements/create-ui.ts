import { effect, signal } from '@preact/signals'
import { scriptUrl } from '../link/transports.ts'
import { loadStrings } from '../locales/locale.ts'
import { beep } from '../notify/sound.ts'
import type { Messaging } from '../store/messaging.ts'
import { readContext } from '../store/types.ts'
import type { Ui, View } from '../ui/context.ts'
import type { ColloquyElement } from './colloquy.ts'
import { adopt } from './shadow.ts'

const TOAST_MS = 5_000

/** The language of the element: its own, that of the page around it, or the browser's. */
function localeOf(element: HTMLElement): string {
  const stated = element.getAttribute('locale') ?? element.closest<HTMLElement>('[lang]')?.lang
  try {
    return Intl.getCanonicalLocales(stated || navigator.language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

/** Creates what the parts of an element share, and has the host hear of what happens. */
export async function createUi(
  element: ColloquyElement,
  kind: Ui['kind'],
  messaging: Messaging,
): Promise<Ui> {
  const locale = localeOf(element)
  const { session } = messaging
  const toast = signal('')
  const view = signal<View>({ name: 'inbox' })
  const ui: Ui = {
    kind,
    messaging,
    session,
    locale,
    text: await loadStrings(locale),
    view,
    context: signal(readContext(element.getAttribute('context'))),
    toast,
    announcement: signal(''),
    go(next) {
      view.value = next
    },
    close: () => {},
    dress: (styles) => element.shadowRoot && adopt(element.shadowRoot, styles),
    scriptUrl,
    beep,
    async attempt(work) {
      const { signal } = session.stay
      try {
        await work()
        return true
      } catch (error) {
        if (!signal.aborted) toast.value = error instanceof Error ? error.message : String(error)
        return false
      }
    },
    emit: (name, detail) =>
      void element.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail })),
  }
  // Open conversations and what was read aloud are not for the next person.
  effect(() => {
    if (session.me.value) return
    view.value = { name: 'inbox' }
    toast.value = ui.announcement.value = ''
    for (const { thread } of messaging.threads.values()) thread.close()
    messaging.threads.clear()
  })
  effect(() => {
    if (!toast.value) return
    const timer = setTimeout(() => {
      toast.value = ''
    }, TOAST_MS)
    return () => clearTimeout(timer)
  })
  effect(() => {
    if (session.phase.value === 'ready') ui.emit('colloquy-unread', session.inbox.unread.value)
  })
  effect(() => {
    if (session.phase.value !== 'ready' || !session.memory.read<unknown[]>('files')?.length) return
    void import('./files.ts').then(({ restoreFiles }) => restoreFiles(ui)).catch(() => {})
  })
  effect(() => {
    if (session.phase.value === 'signed-out') {
      ui.emit('colloquy-signed-out', { forgotten: session.stay.signal.aborted })
    }
  })
  return ui
}
