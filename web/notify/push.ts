import { PushKeyDocument } from '../api/operations.ts'
import { registerPush, removePush } from '../store/calls.ts'
import type { Session } from '../store/session.ts'
import type { Ui } from '../ui/context.ts'

/**
 * Has this browser take push messages while no page is open. It does nothing where the server, the browser or its push service
 * offers none: notifications of open pages need no push.
 */
export async function startPush({ session, text, scriptUrl }: Ui): Promise<void> {
  const { pushWorkerUrl } = session.options
  if (!pushWorkerUrl || !('PushManager' in globalThis)) return
  const { viewer } = await session.request(PushKeyDocument, {})
  if (!viewer.pushPublicKey) return
  const words = new URLSearchParams({
    title: text.pushTitle,
    // The worker puts the number in the place of 0.
    unread: text.unread(0),
    open: location.pathname,
  })
  const registration = await navigator.serviceWorker.register(
    scriptUrl(`${pushWorkerUrl}?${words}`) as string,
  )
  await active(registration)
  const subscription = await subscribe(registration, viewer.pushPublicKey)
  const { endpoint, keys } = subscription.toJSON()
  if (endpoint && keys?.p256dh && keys.auth)
    await registerPush(session, { endpoint, p256dh: keys.p256dh, auth: keys.auth })
}

/** Has this browser take no more push messages. */
export async function stopPush(session: Pick<Session, 'options' | 'request'>): Promise<void> {
  const { pushWorkerUrl } = session.options
  if (!pushWorkerUrl || !('PushManager' in globalThis)) return
  const registration = await navigator.serviceWorker.getRegistration(pushWorkerUrl)
  const subscription = await registration?.pushManager.getSubscription()
  if (!subscription) return
  await removePush(session, subscription.endpoint).finally(() => subscription.unsubscribe())
}

/** A subscription of another key, such as one before the server was set up anew, is replaced. */
async function subscribe(
  { pushManager }: ServiceWorkerRegistration,
  applicationServerKey: string,
): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey }
  try {
    return await pushManager.subscribe(options)
  } catch (error) {
    const other = await pushManager.getSubscription()
    if (!other) throw error
    await other.unsubscribe()
    return pushManager.subscribe(options)
  }
}

/** Waits until the worker runs: only then it can be subscribed. */
async function active(registration: ServiceWorkerRegistration): Promise<void> {
  const starting = registration.installing ?? registration.waiting
  if (registration.active || !starting) return
  await new Promise<void>((resolve) => {
    starting.addEventListener('statechange', () => {
      if (starting.state === 'activated' || starting.state === 'redundant') resolve()
    })
  })
}
