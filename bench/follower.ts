import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Actor } from './stage.ts'

const WAIT_MS = 120_000
const FOLLOW = `subscription ($after: String) { inboxEvents(after: $after) {
  __typename ... on ConversationActivity { message { seq body } } ... on Discontinuity { cursor } } }`

/** A socket with one subscription to the inbox. */
export interface Follower {
  actor: Actor
  socket: WebSocket
  /** The sequence numbers of received messages, and the times of receipt. */
  seqs: number[]
  heardAt: number[]
  /** The cursor to resume after a Discontinuity. */
  cursor?: string
  until(isSo: () => boolean): Promise<void>
}

/** Opens a socket and subscribes, after a cursor if given. */
export async function openFollower(url: string, actor: Actor, after?: string): Promise<Follower> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const follower: Follower = {
    actor,
    socket,
    seqs: [],
    heardAt: [],
    async until(isSo) {
      const late = AbortSignal.timeout(WAIT_MS)
      while (!isSo()) await once(socket, 'message', { signal: late })
    },
  }
  let isIn = false
  socket.on('error', () => {})
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    isIn ||= type === 'connection_ack'
    const event = payload?.data?.inboxEvents
    if (event?.message) {
      follower.seqs.push(event.message.seq)
      follower.heardAt.push(performance.now())
    }
    if (event?.cursor) follower.cursor = event.cursor
  })
  await once(socket, 'open')
  const say = (message: object) => socket.send(JSON.stringify(message))
  say({ type: 'connection_init', payload: { authorization: `Bearer ${actor.token}` } })
  await follower.until(() => isIn)
  say({ type: 'subscribe', id: 'inbox', payload: { query: FOLLOW, variables: { after } } })
  return follower
}

/** Reads the queued messages, and the rest by resuming with cursors. */
export async function readOn(url: string, sleeper: Follower, last: number): Promise<void> {
  const isAtEnd = ({ seqs, cursor }: Follower) => cursor !== undefined || seqs.at(-1) === last
  sleeper.socket.resume()
  await sleeper.until(() => isAtEnd(sleeper))
  for (let { cursor } = sleeper; cursor !== undefined && sleeper.seqs.at(-1) !== last; ) {
    const rest = await openFollower(url, sleeper.actor, cursor)
    await rest.until(() => isAtEnd(rest))
    rest.socket.terminate()
    sleeper.seqs.push(...rest.seqs)
    cursor = rest.cursor
  }
}
