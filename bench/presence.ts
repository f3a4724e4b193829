import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { encodeId, newId } from '../src/ids.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, setStage } from './stage.ts'

const COMPANIES = 16
const PEOPLE = 10
/** The interval that the limit of 60 heartbeats a minute allows. */
const FLIP_MS = 1_100
const WAIT_MS = 5_000
const HEARTBEAT = `mutation ($status: PresenceStatus!) { heartbeat(input: { status: $status }) { __typename } }`
const CHANGED = 'subscription { presenceChanged { user { id } status } }'
const TEAM = `mutation ($memberIds: [ID!]) { createGroup(input: { title: "Team", memberIds: $memberIds }) { __typename } }`

interface Flip {
  status: string
  at: number
  /** The people who have not received it yet. */
  waiting: Set<Actor>
}

/**
 * All people of a team change between ONLINE and AWAY. Measures the time from the heartbeat to each colleague's
 * subscription.
 */
export async function presence(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: PEOPLE })
  const flips = new Map<string, Flip>()
  const latenciesMs: number[] = []
  const counts = { lost: 0, duplicates: 0, errors: 0 }

  function hear(watcher: Actor, { user, status }: { user: { id: string }; status: string }): void {
    const flip = flips.get(user.id)
    if (flip?.status !== status) return
    if (!flip.waiting.delete(watcher)) counts.duplicates += 1
    else latenciesMs.push(performance.now() - flip.at)
  }

  const sockets: { actor: Actor; colleagues: Actor[]; socket: Client }[] = []
  for (const { actors } of stage.companies) {
    await makeTeam(stage.url, actors)
    for (const actor of actors) {
      const socket = connect(stage.url, actor)
      socket.subscribe<{ presenceChanged: { user: { id: string }; status: string } }>(
        { query: CHANGED },
        {
          next: ({ data }) => data && hear(actor, data.presenceChanged),
          error: () => {},
          complete: () => {},
        },
      )
      sockets.push({ actor, colleagues: actors.filter((other) => other !== actor), socket })
    }
  }
  await sleep(2_000)

  async function flipFor(ms: number, { actor, colleagues, socket }: (typeof sockets)[number]): Promise<void> {
    const id = encodeId('User', actor.userId)
    const end = performance.now() + ms
    await sleep(Math.random() * FLIP_MS)
    for (let isOnline = true; performance.now() < end; isOnline = !isOnline) {
      const flip = {
        status: isOnline ? 'ONLINE' : 'AWAY',
        at: performance.now(),
        waiting: new Set(colleagues),
      }
      flips.set(id, flip)
      await once(socket, HEARTBEAT, { status: flip.status }).catch(() => {
        counts.errors += 1
      })
      await sleep(FLIP_MS)
      for (let waited = 0; flip.waiting.size > 0 && waited < WAIT_MS; waited += 100) await sleep(100)
      counts.lost += flip.waiting.size
    }
  }

  const start = performance.now()
  await Promise.all(sockets.map((each) => flipFor(seconds * 1_000, each)))
  const tookSeconds = (performance.now() - start) / 1_000
  await Promise.all(sockets.map(({ socket }) => socket.dispose()))
  return {
    workload: 'presence',
    opsPerSecond: round(latenciesMs.length / tookSeconds),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors: counts.errors,
    lost: counts.lost,
    duplicates: counts.duplicates,
    outOfOrder: 0,
  }
}

function connect(url: string, { token }: Actor): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    webSocketImpl: WebSocket,
  })
}

function once(socket: Client, query: string, variables: Record<string, unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let answer: unknown
    socket.subscribe(
      { query, variables },
      { next: (value) => (answer = value), error: reject, complete: () => resolve(answer) },
    )
  })
}

async function makeTeam(url: string, [founder, ...others]: Actor[]): Promise<void> {
  const variables = { memberIds: others.map(({ userId }) => encodeId('User', userId)) }
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${founder?.token}`,
      'content-type': 'application/json',
      'idempotency-key': newId(),
    },
    body: JSON.stringify({ query: TEAM, variables }),
  })
  const { data } = (await response.json()) as { data?: { createGroup: { __typename: string } } }
  if (data?.createGroup.__typename !== 'CreateGroupPayload') throw new Error('There is no team.')
}
