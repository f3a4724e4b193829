import { createAddress } from './address.ts'
import { anySignal } from './any-signal.ts'
import type { ColloquyClient, ColloquyOptions, HeartbeatResult, PresenceStatus } from './api.ts'
import { askOverSocket } from './ask-over-socket.ts'
import type { StatusListener } from './connection.ts'
import { ColloquyError } from './errors.ts'
import { createStreams } from './event-sources.ts'
import { CreateConnectionTicketDocument, HeartbeatDocument } from './operations.ts'
import { createRequest, type Request, signalOf } from './request.ts'
import { createSender } from './send-message.ts'
import { openStream } from './stream.ts'
import { createTransport } from './transport.ts'

export type {
  ColloquyClient,
  ColloquyOptions,
  ConversationEvent,
  HeartbeatResult,
  InboxEvent,
  PresenceChange,
  PresenceStatus,
  SendMessageInput,
  SendMessageResult,
  StreamOptions,
} from './api.ts'
export type { StatusListener } from './connection.ts'
export { ColloquyError, type ErrorCode } from './errors.ts'
export type { RequestOptions, TypedDocument } from './request.ts'
export type { Transport } from './transport.ts'

/** Creates a client. It connects with the first request or stream. */
export function createColloquyClient(options: ColloquyOptions): ColloquyClient {
  const { companyId, token, webSocket, transport = 'auto' } = options
  const closing = new AbortController()
  const target = {
    url: createAddress(options.url),
    token,
    companyId,
    fetch: options.fetch ?? ((...call: Parameters<typeof fetch>) => fetch(...call)),
  }
  const request = createRequest(target)
  const ticket = () => makeTicket(request, companyId, closing.signal)
  const onStatus = guarded(options.onStatus)
  const connection = createTransport(target, { ticket, webSocket, onStatus }, transport)

  /** A separate signal for each call, because Node warns of a leak when one signal has many listeners. */
  function untilClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal ? anySignal(closing.signal, signal) : anySignal(closing.signal)
  }

  async function heartbeat(status: PresenceStatus): Promise<HeartbeatResult> {
    const { heartbeat } = await askOverSocket(connection, {
      document: HeartbeatDocument,
      variables: { input: { status } },
      signal: signalOf(closing.signal),
    })
    return heartbeat
  }

  return {
    request,
    sendMessage: createSender(request, untilClosed),
    heartbeat,
    ...createStreams(request, (source, signal) =>
      openStream(connection, { ...source, signal: untilClosed(signal) }),
    ),
    close() {
      closing.abort()
      connection.close()
    },
  }
}

/** An error in the page's callback must not stop the connection. */
function guarded(onStatus: StatusListener | undefined): StatusListener {
  return (...status) => {
    try {
      onStatus?.(...status)
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: the library has no other way to report it.
      console.error(error)
    }
  }
}

async function makeTicket(
  request: Request,
  companyId: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { createConnectionTicket: result } = await request(
    CreateConnectionTicketDocument,
    { input: companyId === undefined ? {} : { companyId } },
    { signal },
  )
  if (result.__typename === 'CreateConnectionTicketPayload') return result.ticket
  throw new ColloquyError('FORBIDDEN', result.detail)
}
