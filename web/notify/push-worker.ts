// The service worker of push messages. They hold ids and counts, so the notification says no more than that there is something
// new. The words, and the page that a click opens, are in the address of the worker.

interface PushData {
  conversationId?: string
}

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Page {
  visibilityState: string
  focus(): Promise<unknown>
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
  event.waitUntil(open())
})

/** A page that is seen tells by itself. The tag replaces an earlier notification of the conversation, of a page as well. */
async function show({ conversationId = '' }: PushData): Promise<void> {
  if ((await pages()).some(({ visibilityState }) => visibilityState === 'visible')) return
  await scope.registration.showNotification(words.get('title') ?? 'New message', { tag: conversationId })
}

async function open(): Promise<unknown> {
  const [page] = await pages()
  if (page) return page.focus()
  const { origin } = scope.location
  const url = new URL(words.get('open') ?? '/', origin)
  return scope.clients.openWindow(url.origin === origin ? url.href : origin)
}
