import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Client } from './client.ts'
import { Recorder } from './recorder.ts'

/** How a subscription can be carried. */
export type Transport = 'WebSocket' | 'SSE'

/** Subscribes to the viewer's inbox, from a cursor or from now. */
export function followInbox(
  client: Client,
  transport: Transport,
  selection: string,
  after: string | null = null,
): Recorder {
  const query = `subscription ($after: String) { inboxEvents(after: $after) { __typename ${selection} } }`
  return follow(client, transport, query, { after })
}

/** Subscribes to one conversation, from a cursor or from now. */
export function followConversation(
  client: Client,
  transport: Transport,
  conversationId: string,
  selection: string,
  after: string | null = null,
): Recorder {
  const query = `subscription ($id: ID!, $after: String) {
    conversationEvents(conversationId: $id, after: $after) { __typename ${selection} } }`
  return follow(client, transport, query, { id: conversationId, after })
}

/** The cursors to follow from, as of now. */
export async function cursorsOf(
  client: Client,
  conversationId: string,
): Promise<{ inbox: string; events: string }> {
  const { viewer, conversation } = await client.run(
    'query ($id: ID!) { viewer { inboxCursor } conversation(id: $id) { eventsCursor } }',
    { id: conversationId },
  )
  return { inbox: viewer.inboxCursor, events: conversation.eventsCursor }
}

/** Starts a subscription and records what comes. */
export function follow(
  client: Client,
  transport: Transport,
  query: string,
  variables: Record<string, unknown> = {},
): Recorder {
  if (transport === 'WebSocket') return client.subscribe(query, variables)
  const recorder = new Recorder()
  const leaving = new AbortController()
  recorder.unsubscribe = () => leaving.abort()
  void readStream(client, query, variables, recorder, leaving.signal)
  return recorder
}

async function readStream(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(`${client.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${client.token}`,
      },
      body: JSON.stringify({ query, variables }),
      signal,
    })
    const text = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + text.decode(chunk, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) readBlock(block, recorder)
    }
    recorder.closed({ code: response.status, reason: 'the response ended' })
  } catch (error) {
    if (!signal.aborted) recorder.fail(error)
  }
}

function readBlock(block: string, recorder: Recorder): void {
  const lines = block.split('\n')
  if (lines.includes('event: complete')) recorder.sink.complete()
  const data = lines.find((line) => line.startsWith('data: '))
  if (lines.includes('event: next') && data) recorder.sink.next(JSON.parse(data.slice('data: '.length)))
}

/** Many operations on one socket. */
export function openSharedSocket(client: Client) {
  const socket = createClient({
    url: `${client.url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${client.token}` },
    retryAttempts: 0,
    lazy: true,
    webSocketImpl: WebSocket,
  })
  return {
    start(query: string, variables: Record<string, unknown> = {}): Recorder {
      const recorder = new Recorder()
      recorder.unsubscribe = socket.subscribe({ query, variables }, recorder.sink)
      return recorder
    },
    terminate: () => socket.terminate(),
    [Symbol.asyncDispose]: async () => {
      await socket.dispose()
    },
  }
}
