import { WebSocket } from 'ws'

type Sent = (error?: Error) => void
type SendOptions = Parameters<WebSocket['send']>[1]

/** What waits for a client that does not read; the largest answers are a few megabytes. */
const MAX_BUFFERED = 16 * 1024 * 1024

/** A client's socket. */
export class ClientSocket extends WebSocket {
  /**
   * What no longer reaches a client that has gone counts as sent: graphql-ws would print it to the console as an internal
   * error.
   */
  override send(
    data: Parameters<WebSocket['send']>[0],
    optionsOrSent?: SendOptions | Sent,
    sent?: Sent,
  ): void {
    const [options, done] = typeof optionsOrSent === 'function' ? [{}, optionsOrSent] : [optionsOrSent, sent]
    if (this.#isRead()) super.send(data, options ?? {}, () => done?.())
    else done?.()
  }

  override pong(...parameters: Parameters<WebSocket['pong']>): void {
    if (this.#isRead()) super.pong(...parameters)
  }

  /** Ends a client that asks on and reads nothing of the answers. */
  #isRead(): boolean {
    if (this.bufferedAmount <= MAX_BUFFERED) return true
    // A close frame would wait behind all the rest.
    this.terminate()
    return false
  }
}
