import type { Logger } from 'pino'
import { createListeners } from './listeners.ts'
import type { Notifications, Unsubscribe } from './notifications.ts'

/** Creates notifications within this process. Nothing is ever lost, so there are no gaps. */
export function createInProcessNotifications(log: Logger): Notifications {
  const listeners = createListeners(log)
  let pending: { readonly channel: string; readonly payload: string }[] = []
  let closed = false

  async function publish(channel: string, payload: string): Promise<void> {
    if (closed || !listeners.has(channel)) return
    if (pending.length === 0) setImmediate(deliverPending)
    pending.push({ channel, payload })
  }

  function deliverPending(): void {
    const messages = pending
    pending = []
    for (const { channel, payload } of messages) listeners.deliver(channel, payload)
  }

  async function subscribe(channel: string, onMessage: (payload: string) => void): Promise<Unsubscribe> {
    return closed ? () => {} : listeners.add(channel, onMessage)
  }

  async function close(): Promise<void> {
    closed = true
    listeners.clear()
  }

  return { publish, subscribe, onGap: () => {}, close }
}
