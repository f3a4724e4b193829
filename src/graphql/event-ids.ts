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

const NEXT = 'event: next\n'

/** Writes the name of each answer before it; an answer begins with a chunk of its own. */
function writeNames(names: (string | undefined)[]): TransformStream<Uint8Array, Uint8Array> {
  const text = new TextEncoder()
  return new TransformStream({
    transform(chunk, controller) {
      if (chunk.length === NEXT.length && Buffer.from(chunk).toString() === NEXT) {
        const name = names.shift()
        if (name) controller.enqueue(text.encode(`id: ${name}\n`))
      }
      controller.enqueue(chunk)
    },
  })
}
