import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { encodeId, newId } from '../src/ids.ts'
import { type Follower, openFollower, readOn } from './follower.ts'
import { percentile, type Report, round } from './report.ts'
import { prose } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const STALLED = 1_000
const KEEN = 10
/** Time in which resuming clients are sent everything they will not read. */
const SETTLE_MS = 20_000
/** Number of stalled clients that read again in the end, to show that nothing was lost. */
const WAKING = 5
const BODY = prose(32_000)
const MESSAGES_PER_SECOND = 4
/** More often than the server pings, because a client that does not read cannot see a ping. */
const PONG_MS = 5_000
/** A small heap, so that the figures show memory in use and not memory waiting for collection. */
const HEAP_MIB = 256
/** Maximum number of bytes in the operating system's buffers for one socket. */
const MAX_SENT = 128 * 1024
const GROUP = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }`
const CURSOR = '{ viewer { inboxCursor } }'
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } } }`

/**
 * 1,000 sockets subscribe to the inbox, answer pings and read nothing, while long messages are sent to all of them:
 * first until every queue has overflowed, then at a steady pace. In the end as many others resume from the beginning,
 * and read nothing either.
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

  const beginnings = await Promise.all(
    recipients.map(async (actor) => (await call(url, actor, CURSOR, {})).viewer?.inboxCursor),
  )
  const keen = await Promise.all(recipients.map((actor) => openFollower(url, actor)))
  const sleepers: Follower[] = []
  const seemAlive = setInterval(() => {
    for (const { socket } of sleepers) if (socket.isPaused) socket.pong()
  }, PONG_MS)
  for (let at = 0; at < STALLED; at += 1) {
    const actor = recipients[at % recipients.length]
    if (actor) sleepers.push(await openFollower(url, actor))
  }
  for (const { socket } of sleepers) socket.pause()

  await sleep(2_000)
  const before = await metric(url, RSS)
  let peak = before
  const watch = setInterval(async () => {
    peak = Math.max(peak, await metric(url, RSS).catch(() => 0))
  }, 1_000)

  const sentAt: number[] = []
  let errors = 0
  /** Sends one message, and waits until all reading clients have received it. */
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
  for (const { socket } of sleepers.splice(0)) socket.terminate()

  for (let at = 0; at < STALLED; at += 1) {
    const actor = recipients[at % recipients.length]
    if (!actor) continue
    const follower = await openFollower(url, actor, beginnings[at % recipients.length])
    follower.socket.pause()
    sleepers.push(follower)
  }
  await sleep(SETTLE_MS)
  const comeBack = await metric(url, RSS)
  const back = sleepers.slice(0, WAKING)
  await Promise.all(back.map((sleeper) => readOn(url, sleeper, last)))
  clearInterval(seemAlive)
  const followers = [...keen, ...woken, ...back]
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
      comeBack: mebibytes(comeBack),
    },
  }
}

/** With large buffers the operating system would use gigabytes before the server's own limits apply. */
async function requireSmallBuffers(): Promise<void> {
  const limits = await readFile('/proc/sys/net/ipv4/tcp_wmem', 'utf8').catch(() => '0')
  if (Number(limits.trim().split(/\s+/).at(-1)) <= MAX_SENT) return
  throw new Error(
    `Run this where a socket's buffers are small: unshare -n sh -c "ip link set lo up; sysctl -w net.ipv4.tcp_wmem='4096 16384 32768' net.ipv4.tcp_rmem='4096 16384 32768'; npm run bench -- stalled"`,
  )
}

const RSS = 'process_resident_memory_bytes'
const OVERFLOWS = 'colloquy_live_overflows_total'

interface Answer {
  viewer?: { inboxCursor: string }
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
