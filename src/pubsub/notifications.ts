/** Ends a subscription at once. Its listener is not called again. */
export type Unsubscribe = () => void

/**
 * Publishes messages to all processes. Messages of one publisher on one channel arrive in order and never within the
 * caller's own tick. They may be lost, which `onGap` reports.
 */
export interface Notifications {
  /** Resolves when the message is sent or given up. Never rejects. */
  publish(channel: string, payload: string): Promise<void>
  /**
   * Resolves when the subscription is confirmed, after two seconds at the latest. In the latter case it is tried again,
   * and a gap is reported.
   */
  subscribe(channel: string, onMessage: (payload: string) => void): Promise<Unsubscribe>
  /** Calls the listener when messages may have been lost on any channel. */
  onGap(listener: () => void): void
  /** Ends all subscriptions. The connections are left to their owner. */
  close(): Promise<void>
}
