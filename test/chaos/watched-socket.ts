import { type ClientOptions, WebSocket } from 'ws'
import { positionOf } from '../support/stored-events.ts'
import type { Tally } from './tally.ts'

/** Records the protocol messages on the subscribers' sockets, below the client library. */
export interface Wire {
  /** The WebSocket class to be handed to the library. */
  readonly socket: unknown
  /** Events that came again, or before earlier ones, within one subscription. */
  readonly disorder: string[]
}

const MAX_REPORTED = 20

/** Watches what servers say to clients: a library may forgive what no server may do. */
export function watchWire(tally: Tally): Wire {
  const disorder: string[] = []

  class WatchedSocket extends WebSocket {
    /** The last position of each open subscription. */
    readonly #positions = new Map<string, number>()

    constructor(address: string | URL, protocols?: string | string[], options?: ClientOptions) {
      super(address, protocols, options)
      this.on('message', (data) => this.#hear(String(data)))
      this.on('close', (code) => tally.add('a subscriber’s socket closed', `${code}`))
    }

    override send(data: string, ...more: unknown[]): void {
      const { type, id, payload } = JSON.parse(data)
      if (type === 'subscribe') {
        const { after } = payload.variables
        this.#positions.set(id, positionOf(after))
        tally.add('a subscription opened or resumed')
      }
      super.send(data, ...(more as []))
    }

    #hear(frame: string): void {
      if (!frame.includes('"type":"next"')) return
      const { id, payload } = JSON.parse(frame)
      if (payload.errors) tally.add('an event with errors', payload.errors[0].extensions.code)
      const event = payload.data && Object.values<Event>(payload.data)[0]
      if (!event?.cursor) return
      tally.add('an event delivered')
      if (event.__typename === 'Discontinuity') tally.add('a discontinuity')
      const before = this.#positions.get(id) ?? 0
      const position = positionOf(event.cursor)
      this.#positions.set(id, position)
      const isInOrder = event.__typename === 'Discontinuity' ? position >= before : position > before
      if (!isInOrder && disorder.length < MAX_REPORTED)
        disorder.push(`${event.__typename} at ${position} came after ${before}`)
    }
  }

  return { socket: WatchedSocket, disorder }
}

interface Event {
  __typename: string
  cursor?: string
}
