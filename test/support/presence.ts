import { vi } from 'vitest'
import type { Client, Data } from './client.ts'
import { follow, openSharedSocket, type Transport } from './following.ts'
import type { Recorder } from './recorder.ts'

const HEARTBEAT = `mutation ($input: HeartbeatInput!) { result: heartbeat(input: $input) { __typename
  ... on HeartbeatPayload { presence { user { id } status changedAt } }
  ... on PermissionDeniedError { permission } } }`
const CHANGED = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { user { id name } status changedAt } }`

/** Sends a heartbeat over HTTP and returns the person's presence over all devices. */
export async function beat(client: Client, status: string): Promise<string> {
  const { presence } = await heartbeat(client, status)
  return presence.status
}

/** Sends a heartbeat over HTTP and gives its result, whichever member of the union that is. */
export async function heartbeat(client: Client, status: string): Promise<Data> {
  return (await client.run(HEARTBEAT, { input: { status } })).result
}

/** A socket of the client's own, which stays open until it is disposed of. */
export function openDevice(client: Client) {
  const socket = openSharedSocket(client)
  socket.start('subscription { inboxEvents { __typename } }')
  return {
    /** Sends a heartbeat and returns the person's presence over all devices. */
    async beat(status: string): Promise<string> {
      const [answer] = await socket.start(HEARTBEAT, { input: { status } }).count(1)
      return answer.presence.status
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  }
}

/** The presence of these people, as the viewer sees it. */
export async function presenceOf(viewer: Client, people: Client[]): Promise<string[]> {
  const { presence } = await viewer.run(
    'query ($ids: [ID!]) { presence(userIds: $ids) { user { id } status } }',
    { ids: people.map(({ userId }) => userId) },
  )
  return presence.map(({ status }: Data) => status)
}

/** The ids of people who share a conversation with the viewer and are not offline. */
export async function contactsOf(viewer: Client): Promise<Record<string, string>> {
  const { presence } = await viewer.run('{ presence { user { id } status } }')
  return Object.fromEntries(presence.map(({ user, status }: Data) => [user.id, status]))
}

/** Subscribes to the presence of the named people, or of the viewer's contacts. */
export async function watchPresence(
  viewer: Client,
  people?: Client[],
  transport: Transport = 'WebSocket',
): Promise<Recorder> {
  let watching = await openWatches(viewer)
  const ids = people?.map(({ userId }) => userId) ?? null
  const recorder = follow(viewer, transport, CHANGED, { ids })
  await vi.waitFor(async () => {
    const open = await openWatches(viewer)
    // An earlier subscription may be closed only now.
    watching = Math.min(watching, open)
    if (open === watching) throw new Error('The watch is not open.')
  }, 30_000)
  return recorder
}

/** The states that a recorder received, as pairs of id and status. */
export function told({ events }: Recorder): [string, string][] {
  return events.map(({ user, status }) => [user.id, status])
}

async function openWatches({ url }: Client): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^colloquy_presence_watches (\d+)/m.exec(text)?.[1] ?? 0)
}
