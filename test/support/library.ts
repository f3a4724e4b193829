import { WebSocket } from 'ws'
import { type ColloquyClient, type ColloquyOptions, createColloquyClient } from '../../src/client/client.ts'
import type { Client } from './client.ts'

/** The client library on behalf of one person. */
export function libraryOf(
  person: Client,
  options: Partial<ColloquyOptions> = {},
): ColloquyClient & AsyncDisposable {
  const client = createColloquyClient({
    url: `${person.url}/graphql`,
    token: () => person.token,
    webSocket: WebSocket,
    ...options,
  })
  return { ...client, [Symbol.asyncDispose]: async () => client.close() }
}

/** Takes a number of events from a stream. */
export async function take<T>(stream: AsyncIterator<T>, count: number): Promise<T[]> {
  const events: T[] = []
  while (events.length < count) {
    const { value, done } = await stream.next()
    if (done) throw new Error(`The stream ended after ${JSON.stringify(events)}`)
    events.push(value)
  }
  return events
}
