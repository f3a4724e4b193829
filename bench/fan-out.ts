import { setTimeout as sleep } from 'node:timers/promises'
import { startBareServer } from './bare-web-sockets.ts'
import { Conversing } from './conversing.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import type { ListenOrder } from './listener.ts'
import { hear, listen } from './listening.ts'
import { openHeap } from './memory.ts'
import { type Report, round } from './report.ts'
import { type Stage, setStage } from './stage.ts'

const SOCKETS = 1_000
const PEOPLE = 100
const SENDERS = 4
const SETTLE_MS = 2_500
const WARM_UP_SECONDS = 2
const CONVERSATION = `subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename
  ... on MessageSent { cursor message { id seq body createdAt author { id name } } } } }`
const INBOX = `subscription { inboxEvents { __typename ... on ConversationActivity { cursor notify unread { total }
  conversation { id unreadCount } message { id seq body createdAt author { id name } } } } }`

/** The settings of a fan-out. */
export interface FanOutOptions {
  seconds: number
  /** Number of sockets, each with one subscription, of 100 people; by default 1,000. */
  subscribers?: number | undefined
}

/** Messages of one group reach all sockets of its people. Four people send one message after another. */
export const fanOut = (options: FanOutOptions): Promise<Report> => run('fanout', CONVERSATION, options)

/** The same for inboxes, with unread counts. */
export const inboxFanOut = (options: FanOutOptions): Promise<Report> => run('inbox-fanout', INBOX, options)

async function run(
  workload: string,
  query: string,
  { seconds, subscribers = SOCKETS }: FanOutOptions,
): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: PEOPLE })
  const actors = stage.companies[0]?.actors ?? []
  const conversing = new Conversing()
  const conversationId = await conversing.createGroup(stage, actors)
  const heap = await openHeap(stage.pid)
  const before = await heap.settled()
  const order = {
    urls: [`${stage.url.replace('http', 'ws')}/graphql`],
    sockets: subscribers,
    tokens: actors.map(({ token }) => token),
    query,
    variables: { id: conversationId },
  }
  const listening = await listen(order)
  await sleep(SETTLE_MS)
  const after = await heap.settled()
  await heap[Symbol.asyncDispose]()
  const send = (forSeconds: number) =>
    sendFor(forSeconds, (at) => conversing.send(stage.url, actors[at] as never, { conversationId }))
  const warm = await send(WARM_UP_SECONDS)
  await hear(listening, warm.sent * subscribers)
  await listening.beginAnew()
  const cpuBefore = await cpuOf(stage)
  const start = performance.now()
  const { sent, errors } = await send(seconds)
  const heard = await hear(listening, sent * subscribers)
  const elapsed = (performance.now() - start) / 1000
  const cpu = (await cpuOf(stage)).map((ms, at) => ms - (cpuBefore[at] ?? 0))
  listening.close()
  conversing.close()
  const floor = await bareFanOut(order, seconds)
  const opsPerSecond = heard.got / elapsed
  const perOperation = (ms = 0) => round((ms * 1000) / heard.got)
  return {
    workload,
    opsPerSecond: round(opsPerSecond),
    p50Ms: heard.p50Ms,
    p95Ms: heard.p95Ms,
    p99Ms: heard.p99Ms,
    errors: errors + warm.errors,
    lost: sent * subscribers - heard.got + heard.duplicates,
    duplicates: heard.duplicates,
    outOfOrder: heard.outOfOrder,
    floor: { name: 'a bare ws server with a shared frame', opsPerSecond: round(floor) },
    ratio: round(opsPerSecond / floor),
    cpuMicrosecondsPerOperation: {
      server: perOperation(cpu[0]),
      database: perOperation(cpu[1]),
      client: perOperation(heard.cpuMs),
    },
    kilobytesPerSubscription: {
      heap: round((after.heapBytes - before.heapBytes) / subscribers / 1000),
      resident: round((after.residentBytes - before.residentBytes) / subscribers / 1000),
    },
  }
}

async function cpuOf({ pid, adminUrl }: Stage): Promise<number[]> {
  return [await cpuMs(pid), await databaseCpuMs(adminUrl)]
}

async function sendFor(seconds: number, send: (sender: number) => Promise<void>) {
  const end = performance.now() + seconds * 1000
  let sent = 0
  let errors = 0
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, sender) => {
      while (performance.now() < end) {
        await send(sender).then(
          () => {
            sent += 1
          },
          () => {
            errors += 1
          },
        )
      }
    }),
  )
  return { sent, errors }
}

/** The limit of this machine: one frame, built once, sent to as many sockets as fast as they take it. */
async function bareFanOut(order: ListenOrder, seconds: number): Promise<number> {
  const bare = await startBareServer()
  const listening = await listen({ ...order, urls: [bare.url] })
  await bare.subscribed(order.sockets)
  const start = performance.now()
  let sent = 0
  for (let seq = 1; performance.now() - start < seconds * 1000; seq += 1) sent += await bare.toAll(seq)
  const { got } = await hear(listening, sent)
  const rate = got / ((performance.now() - start) / 1000)
  listening.close()
  bare.close()
  return rate
}
