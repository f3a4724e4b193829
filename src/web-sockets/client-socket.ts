import { WebSocket } from 'ws'

type Sent = (error?: Error) => void
type SendOptions = Parameters<WebSocket['send']>[1]

/**
 * Maximum number of bytes that are queued for a client that does not read. The largest answers have a few megabytes.
 */
const MAX_BUFFERED = 16 * 1024 * 1024

/** A client's socket. */
export class ClientSocket extends WebSocket {
  /** True if it has answered the last ping, or was not pinged yet. */
  hasAnswered = true
  #atEnd: readonly (() => void)[] | undefined

  /**
   * Runs `act` when the socket is closed, which may already have happened while its credentials were verified. All acts
   * share one listener, since a process has tens of thousands of sockets.
   */
  onceClosed(act: () => void): void {
    if (this.readyState !== this.OPEN) act()
    else if (this.#atEnd) this.#atEnd = this.#atEnd.concat(act)
    else {
      this.#atEnd = [act]
      this.once('close', endAll)
    }
  }

  /** Runs the acts of `onceClosed`. */
  runAtEnd(): void {
    for (const act of this.#atEnd ?? []) act()
    this.#atEnd = []
  }

  /**
   * A message to a client that has disconnected counts as sent, because graphql-ws would print an internal error to the
   * console.
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

  /** Closes the socket of a client that sends requests without reading the answers. */
  #isRead(): boolean {
    if (this.bufferedAmount <= MAX_BUFFERED) return true
    // A close frame would be queued behind all other data.
    this.terminate()
    return false
  }
}

function endAll(this: WebSocket): void {
  if (this instanceof ClientSocket) this.runAtEnd()
}
