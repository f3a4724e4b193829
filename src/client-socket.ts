import { WebSocket } from 'ws'

type Sent = (error?: Error) => void
type SendOptions = Parameters<WebSocket['send']>[1]

/**
 * A client's socket. What no longer reaches a client that has gone counts as sent: graphql-ws would print it to the
 * console as an internal error.
 */
export class ClientSocket extends WebSocket {
  override send(
    data: Parameters<WebSocket['send']>[0],
    optionsOrSent?: SendOptions | Sent,
    sent?: Sent,
  ): void {
    const [options, done] = typeof optionsOrSent === 'function' ? [{}, optionsOrSent] : [optionsOrSent, sent]
    super.send(data, options ?? {}, () => done?.())
  }
}
