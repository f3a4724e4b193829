import type { Logger } from 'pino'

type OnMessage = (payload: string) => void

/** The listeners of this process, by channel. */
export interface Listeners {
  /** Returns a function that removes the listener. */
  add(channel: string, onMessage: OnMessage): () => void
  has(channel: string): boolean
  deliver(channel: string, payload: string): void
  clear(): void
}

/** Creates listeners that do not affect each other: if one throws, it is logged and the others are called. */
export function createListeners(log: Logger): Listeners {
  const byChannel = new Map<string, Set<{ readonly onMessage: OnMessage }>>()

  function add(channel: string, onMessage: OnMessage): () => void {
    const listener = { onMessage }
    const listeners = byChannel.get(channel) ?? new Set()
    byChannel.set(channel, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && byChannel.get(channel) === listeners) byChannel.delete(channel)
    }
  }

  function deliver(channel: string, payload: string): void {
    for (const { onMessage } of byChannel.get(channel) ?? []) {
      try {
        onMessage(payload)
      } catch (error) {
        log.error({ err: error }, 'a notification listener failed')
      }
    }
  }

  function clear(): void {
    for (const listeners of byChannel.values()) listeners.clear()
    byChannel.clear()
  }

  return { add, has: (channel) => byChannel.has(channel), deliver, clear }
}
