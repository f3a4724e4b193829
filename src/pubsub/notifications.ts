/** Ends a subscription at once: its listener is not called again. */
export type Unsubscribe = () => void

/**
 * Tells every process that something happened. Messages of one publisher on one channel arrive in order and never
 * within the caller's own tick; they may be lost, and then `onGap` says so.
 */
export interface Notifications {
  /** Resolves when the message is handed over or given up; never rejects. */
  publish(channel: string, payload: string): Promise<void>
  /** Resolves when the subscription holds, at the latest after two seconds: it is then kept trying, and a gap follows. */
  subscribe(channel: string, onMessage: (payload: string) => void): Promise<Unsubscribe>
  /** Calls the listener whenever messages may have been lost on any channel. */
  onGap(listener: () => void): void
  /** Ends every subscription; leaves the connections to their owner. */
  close(): Promise<void>
}
