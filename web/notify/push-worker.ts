// The service worker of push messages. They hold ids and counts, so the notification says no more than how much is unread. The
// words, and the page that a click opens, are in the address of the worker.

interface PushData {
  conversationId?: string
  unreadCount?: number
}

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Page {
  visibilityState: string
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

interface WorkerScope {
  location: Location
  registration: ServiceWorkerRegistration
  clients: { matchAll(options: object): Promise<Page[]>; openWindow(url: string): Promise<unknown> }
  addEventListener(
    name: string,
    act: (event: Waiting & { data?: { json(): PushData }; notification?: Notification }) => void,
  ): void
}

const scope = globalThis as unknown as WorkerScope
const words = new URLSearchParams(scope.location.search)
const pages = () => scope.clients.matchAll({ type: 'window', includeUncontrolled: true })

scope.addEventListener('push', (event) => event.waitUntil(show(event.data?.json() ?? {})))

scope.addEventListener('notificationclick', (event) => {
  event.notification?.close()
  event.waitUntil(open(event.notification?.tag ?? ''))
})

/** A page that is seen tells by itself. The tag replaces an earlier notification of the conversation, of a page as well. */
async function show({ conversationId = '', unreadCount }: PushData): Promise<void> {
  if ((await pages()).some(({ visibilityState }) => visibilityState === 'visible')) return
  // The address has the words for a count of 0.
  const body = unreadCount ? (words.get('unread') ?? '').replace('0', String(unreadCount)) : ''
  await scope.registration.showNotification(words.get('title') ?? 'New message', {
    tag: conversationId,
    body,
  })
}

/** Leaves word of the conversation for the page with an element: this one, or the next that is opened. */
async function open(conversationId: string): Promise<unknown> {
  const cache = await caches.open('colloquy-push')
  await cache.put('/colloquy-clicked', new Response(conversationId))
  const [page] = await pages()
  page?.postMessage('colloquy-clicked')
  if (page) return page.focus()
  const { origin } = scope.location
  const url = new URL(words.get('open') ?? '/', origin)
  return scope.clients.openWindow(url.origin === origin ? url.href : origin)
}
