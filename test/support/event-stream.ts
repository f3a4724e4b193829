import type { Client, Data } from './client.ts'

/** One block of an event stream (HTML Standard, "Server-sent events"), by its fields; a comment has none. */
export interface Block {
  id?: string
  event?: string
  data?: string
}

/** An answer as Server-Sent Events, block by block. */
export interface EventStream extends AsyncDisposable {
  /** The next block that is no comment; undefined at the end. */
  next(): Promise<Block | undefined>
  /** The next block, which may be a comment; undefined at the end. */
  nextOfAll(): Promise<Block | undefined>
  /** The next event, which must be one, and its id. */
  event(): Promise<{ id: string | undefined; event: Data }>
}

/** Subscribes over HTTP, as an EventSource that can say who it is; `ask` is given where no network may be between. */
export async function openEventStream(
  { url, token }: Client,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  ask: (url: string, request: RequestInit) => Response | Promise<Response> = fetch,
): Promise<EventStream> {
  const leaving = new AbortController()
  const response = await ask(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  })
  const blocks = readBlocks(response)

  async function nextOfAll(): Promise<Block | undefined> {
    return (await blocks.next()).value
  }
  async function next(): Promise<Block | undefined> {
    for (;;) {
      const block = await nextOfAll()
      if (!block || Object.keys(block).length > 0) return block
    }
  }
  return {
    next,
    nextOfAll,
    async event() {
      const { id, event, data = '' } = (await next()) ?? {}
      if (event !== 'next') throw new Error(`This is no event: ${event} ${data}`)
      return { id, event: Object.values(JSON.parse(data).data)[0] as Data }
    },
    async [Symbol.asyncDispose]() {
      leaving.abort()
      await blocks.next().catch(() => {})
    },
  }
}

async function* readBlocks({ body }: Response): AsyncGenerator<Block, undefined> {
  const text = new TextDecoder()
  let rest = ''
  for await (const chunk of body ?? []) {
    const blocks = (rest + text.decode(chunk, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    yield* blocks.map(readBlock)
  }
  return undefined
}

function readBlock(block: string): Block {
  const lines = block.split('\n').filter((line) => !line.startsWith(':'))
  return Object.fromEntries(lines.map((line) => line.split(/: ?(.*)/s, 2)))
}
