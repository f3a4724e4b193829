import type { Plugin } from 'graphql-yoga'

/** What each event's answer is called on an event stream. */
const ids = new WeakMap<object, string>()

/** Gives an event's answer its id: the cursor to resume after it. */
export function nameAnswer(answer: object, id: string): void {
  ids.set(answer, id)
}

/** True where answers go over Server-Sent Events. */
export function isEventStream(request: Request | undefined): boolean {
  return request?.headers.get('accept')?.includes('text/event-stream') ?? false
}

/**
 * Adds the ids to event streams, so that a client that connects again with `Last-Event-ID` resumes (HTML standard,
 * section 9.2): Yoga writes the answers without.
 */
export function eventIds(): Plugin {
  return {
    onResultProcess({ result, resultProcessor, setResultProcessor, request }) {
      if (!resultProcessor || !isEventStream(request) || !(Symbol.asyncIterator in result)) return
      const names: (string | undefined)[] = []
      const named = noteNames(result as AsyncIterable<object>, names)
      const processed = resultProcessor
      setResultProcessor(async (_result, fetchApi, mediaType) => {
        const response = await processed(named as never, fetchApi, mediaType)
        return new fetchApi.Response(response.body?.pipeThrough(writeNames(names)) ?? null, response)
      }, 'text/event-stream')
    },
  }
}

/** Passes the answers on, and notes what each is called. */
function noteNames(answers: AsyncIterable<object>, names: (string | undefined)[]): AsyncIterable<object> {
  const iterator = answers[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const next = await iterator.next()
        if (!next.done) names.push(ids.get(next.value))
        return next
      },
      return: async () => (await iterator.return?.()) ?? { value: undefined, done: true },
    }),
  }
}

/** Writes the name of each answer before it. JSON has no line breaks, so that such a line is nothing else. */
function writeNames(names: (string | undefined)[]): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''
  const name = (line: string) => {
    const id = names.shift()
    return id ? `id: ${id}\n${line}` : line
  }
  return new TransformStream({
    transform(chunk, controller) {
      const text = rest + decoder.decode(chunk, { stream: true })
      const end = text.lastIndexOf('\n') + 1
      rest = text.slice(end)
      if (end > 0) controller.enqueue(encoder.encode(text.slice(0, end).replace(/^event: next$/gm, name)))
    },
  })
}
