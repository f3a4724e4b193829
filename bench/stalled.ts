import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { encodeId, newId } from '../src/ids.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, setStage } from './stage.ts'

const STALLED = 1_000
const KEEN = 10
/** Of the stalled ones, how many read on in the end, to show that nothing was lost. */
const WAKING = 5
const BODY = 'x'.repeat(32_000)
const MESSAGES_PER_SECOND = 4
/** More often than the server asks: who does not read cannot know that it was asked. */
const PONG_MS = 5_000
/** So little that what is kept shows, rather than what has yet to be collected. */
const HEAP_MIB = 256
const WAIT_MS = 120_000
/** In the operating system, for one socket; in bytes. */
const MOST_SENT = 128 * 1024
const GROUP = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }`
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } } }`
const FOLLOW = `subscription ($after: String) { inboxEvents(after: $after) {
  __typename ... on ConversationActivity { message { seq body } } ... on Discontinuity { cursor } } }`

/**
 * 1,000 sockets that follow the inbox, seem alive and read nothing, while long messages go to all of them: first until every
 * queue has overflowed, then at a steady pace.
 */
export async function stalled(seconds: number): Promise<Report> {
  await requireSmallBuffers()
  await using stage = await setStage({ companies: 1, people: KEEN, heapMiB: HEAP_MIB })
  const { url } = stage
  const actors = stage.companies[0]?.actors ?? []
  const [author] = actors
  if (!author) throw new Error('There is nobody to send.')
  const memberIds = actors.slice(1).map(({ userId }) => encodeId('User', userId))
  const { createGroup } = await call(url, author, GROUP, { input: { title: 'All', memberIds } })
  const conversationId = createGroup?.conversation.id
  if (!conversationId) throw new Error('There is no group.')
  const recipients = actors.slice(1)

  const keen = await Promise.all(recipients.map((actor) => openFollower(url, actor)))
  const sleepers: Follower[] = []
  for (let at = 0; at < STALLED; at += 1) {
    const actor = recipients[at % recipients.length]
    if (actor) sleepers.push(await openFollower(url, actor))
  }
  for (const { socket } of sleepers) socket.pause()
  const seemAlive = setInterval(() => {
    for (const { socket } of sleepers) socket.pong()
  }, PONG_MS)

  await sleep(2_000)
  const before = await metric(url, RSS)
  let peak = before
  const watch = setInterval(async () => {
    peak = Math.max(peak, await metric(url, RSS).catch(() => 0))
  }, 1_000)

  const sentAt: number[] = []
  let errors = 0
  /** Sends one message, and waits until everybody who reads has it. */
  async function sendOne(): Promise<void> {
    const at = performance.now()
    const input = { conversationId, body: BODY, idempotencyKey: newId() }
    const { sendMessage } = await call(url, author as Actor, SEND, { input }).catch((): Answer => ({}))
    const seq = sendMessage?.message?.seq
    if (seq === undefined) errors += 1
    else {
      sentAt[seq] = at
      await Promise.all(keen.map((follower) => follower.until(() => follower.seqs.at(-1) === seq)))
    }
  }

  const start = performance.now()
  while ((await metric(url, OVERFLOWS)) < STALLED) await sendOne()
  const filledSeconds = (performance.now() - start) / 1_000
  const full = await metric(url, RSS)
  const untilFull = sentAt.length - 1
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    const due = performance.now() + 1_000 / MESSAGES_PER_SECOND
    await sendOne()
    await sleep(Math.max(0, due - performance.now()))
  }
  const last = sentAt.length - 1
  clearInterval(watch)
  const after = await metric(url, RSS)
  const stillOpen = sleepers.filter(({ socket }) => socket.readyState === WebSocket.OPEN).length
  const discontinuities = await metric(url, OVERFLOWS)

  const woken = sleepers.slice(0, WAKING)
  await Promise.all(woken.map((sleeper) => readOn(url, sleeper, last)))
  clearInterval(seemAlive)
  const followers = [...keen, ...woken]
  for (const { socket } of [...keen, ...sleepers]) socket.terminate()
  const latenciesMs = keen.flatMap(({ seqs, heardAt }) =>
    seqs.map((seq, index) => (heardAt[index] ?? 0) - (sentAt[seq] ?? 0)),
  )
  return {
    workload: 'stalled',
    opsPerSecond: round((last - untilFull) / seconds),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors,
    lost: sum(followers, ({ seqs }) => last - new Set(seqs).size),
    duplicates: sum(followers, ({ seqs }) => seqs.length - new Set(seqs).size),
    outOfOrder: sum(
      followers,
      ({ seqs }) => seqs.filter((seq, at) => at > 0 && seq < (seqs[at - 1] ?? 0)).length,
    ),
    stalled: { sockets: stillOpen, discontinuities, messages: untilFull, seconds: round(filledSeconds) },
    rssMiB: {
      before: mebibytes(before),
      peak: mebibytes(peak),
      full: mebibytes(full),
      after: mebibytes(after),
    },
  }
}

/** Else the operating system's buffers take gigabytes before the server's own come into play, and all of TCP comes to a halt. */
async function requireSmallBuffers(): Promise<void> {
  const limits = await readFile('/proc/sys/net/ipv4/tcp_wmem', 'utf8').catch(() => '0')
  if (Number(limits.trim().split(/\s+/).at(-1)) <= MOST_SENT) return
  throw new Error(
    `Run this where a socket's buffers are small: unshare -n sh -c "ip link set lo up; sysctl -w net.ipv4.tcp_wmem='4096 16384 32768' net.ipv4.tcp_rmem='4096 16384 32768'; npm run bench -- stalled"`,
  )
}

const RSS = 'process_resident_memory_bytes'
const OVERFLOWS = 'colloquy_live_overflows_total'

/** One socket with one subscription. */
interface Follower {
  actor: Actor
  socket: WebSocket
  /** The messages heard of, and when. */
  seqs: number[]
  heardAt: number[]
  /** Where to go on after Discontinuity. */
  cursor?: string
  until(isSo: () => boolean): Promise<void>
}

async function openFollower(url: string, actor: Actor, after?: string): Promise<Follower> {
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

/** Reads what has waited, and gets the rest with the cursors. */
async function readOn(url: string, sleeper: Follower, last: number): Promise<void> {
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

interface Answer {
  createGroup?: { conversation: { id: string } }
  sendMessage?: { message?: { seq: number } }
}

async function call(url: string, { token }: Actor, query: string, variables: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data } = (await response.json()) as { data?: Answer }
  return data ?? {}
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.split(' ')[1] ?? 0)
}

function sum(followers: Follower[], of: (follower: Follower) => number): number {
  return followers.reduce((total, follower) => total + of(follower), 0)
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2)
}
