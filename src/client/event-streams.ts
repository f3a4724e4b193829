import { anySignal } from './any-signal.ts'
import type { Connection, Listener, StatusListener } from './connection.ts'
import { type AnswerError, ColloquyError, requestErrorOf } from './errors.ts'
import { headersFor, type RequestTarget } from './request.ts'

/** The server sends a comment every 12 s, so a longer silence means that the connection is gone. */
const SILENT_MS = 30_000

/** A block of an event stream: its event and its data. */
interface Block {
  event: string
  data: string
}

/** Creates a connection of Server-Sent Events, each subscription a request of its own, for networks that let no socket through. */
export function createEventStreams(target: RequestTarget, onStatus: StatusListener): Connection {
  const closing = new AbortController()
  const onceConnected = new Set<() => void>()
  let openStreams = 0

  async function follow(body: string, { next, complete }: Listener, signal: AbortSignal): Promise<void> {
    const blocks = await open(target, body, signal)
    openStreams += 1
    if (openStreams === 1) onStatus('connected')
    try {
      for (const listener of [...onceConnected]) listener()
      for await (const { event, data } of blocks) {
        if (event === 'next') next(JSON.parse(data))
        else if (event === 'complete') return complete()
      }
      throw new ColloquyError('UNAVAILABLE', 'The event stream was cut off.')
    } finally {
      openStreams -= 1
    }
  }

  return {
    subscribe(query, variables, listener) {
      const leaving = new AbortController()
      const signal = anySignal(closing.signal, leaving.signal)
      follow(JSON.stringify({ query, variables }), listener, signal).catch((reason: unknown) => {
        if (signal.aborted) return
        const problem = problemOf(reason)
        if (openStreams === 0) onStatus('disconnected', problem)
        listener.error(problem)
      })
      return () => leaving.abort()
    },
    onConnected(listener) {
      onceConnected.add(listener)
      return () => void onceConnected.delete(listener)
    },
    close() {
      closing.abort()
      if (openStreams > 0) onStatus('disconnected')
    },
  }
}

/** Sends the operation and returns the blocks of its answer. Throws ColloquyError if the answer is no event stream. */
async function open(
  target: RequestTarget,
  body: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<Block>> {
  const headers = { ...(await headersFor(target, signal)), accept: 'text/event-stream' }
  const silence = createSilence(signal)
  const response = await target.fetch(target.url(), { method: 'POST', headers, body, signal: silence.signal })
  if (response.body && response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return blocksOf(response.body.getReader(), silence)
  }
  silence.end()
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: AnswerError[] }
  if (errors?.length) throw requestErrorOf(errors)
  const code = response.status >= 500 || response.status === 429 ? 'UNAVAILABLE' : 'BAD_USER_INPUT'
  throw new ColloquyError(code, `The answer with status ${response.status} is not an event stream.`)
}

async function* blocksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silence: ReturnType<typeof createSilence>,
): AsyncGenerator<Block> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      silence.restart()
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      yield* blocks.map(readBlock)
    }
  } finally {
    silence.end()
    await reader.cancel().catch(() => {})
  }
}

function readBlock(block: string): Block {
  const fieldOf = (name: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join('\n')
  return { event: fieldOf('event'), data: fieldOf('data') }
}

/** A signal that aborts with the given one, or after a silence. */
function createSilence(signal: AbortSignal) {
  const late = new AbortController()
  const give = () => late.abort(new ColloquyError('UNAVAILABLE', 'The server has fallen silent.'))
  let timer = setTimeout(give, SILENT_MS)
  return {
    signal: anySignal(signal, late.signal),
    restart() {
      clearTimeout(timer)
      timer = setTimeout(give, SILENT_MS)
    },
    end: () => clearTimeout(timer),
  }
}

function problemOf(reason: unknown): ColloquyError {
  if (reason instanceof ColloquyError) return reason
  return new ColloquyError('UNAVAILABLE', `The server did not answer: ${String(reason)}`, [], {
    cause: reason,
  })
}
