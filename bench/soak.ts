import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeId } from '../src/ids.ts'
import { startBareServer } from './bare-web-sockets.ts'
import { Conversing } from './conversing.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import type { Heard, ListenOrder } from './listener.ts'
import { hear, hearAll, listen } from './listening.ts'
import { type Report, round } from './report.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const SUBSCRIBERS = 25_000
const NODES = 2
const COMPANIES = 10
/** Of each person at least. */
const SOCKETS_OF_PERSON = 5
const WORKERS = 32
const TRIAL_SECONDS = 5
const SHARE_OF_TRIAL = 0.5
const FLOOR_SECONDS = 5
const INBOX = `subscription ($after: String) { inboxEvents(after: $after) { __typename ... on ConversationActivity { cursor
  conversation { id } message { seq body } } } }`

/** The settings of a soak. */
export interface SoakOptions {
  seconds: number
  /** Number of sockets with a subscription to an inbox each, by default 25,000. */
  subscribers?: number | undefined
  /** Messages a second; by default half of what the machine bears for five seconds. */
  rate?: number | undefined
}

/**
 * Authenticated subscriptions over two server processes and one Redis, while pairs of people write to each other at a
 * steady rate. Each message goes to all sockets of both. Latencies are from the time at which the send was due.
 */
export async function soak({ seconds, subscribers = SUBSCRIBERS, rate }: SoakOptions): Promise<Report> {
  const people = Math.max(2, Math.ceil(subscribers / COMPANIES / SOCKETS_OF_PERSON / 2) * 2)
  await using stage = await setStage({ companies: COMPANIES, people, nodes: NODES })
  const conversing = new Conversing()
  const orders = ordersOf(stage, Math.ceil(subscribers / COMPANIES / people) * people)
  const listening = await Promise.all(orders.map(listen))
  const sockets = sum(orders, (order) => order.sockets)
  const perMessage = (2 * sockets) / (COMPANIES * people)
  const pairs = pairsOf(stage)
  const nodes = stage.nodes.map(({ url }) => url)
  const send = (at: number, dueAtMs: number) => {
    const [author, recipient] = pairs[at % pairs.length] ?? []
    const url = nodes[at % nodes.length] ?? ''
    if (!author || !recipient) throw new Error('There is nobody to send.')
    return conversing.send(url, author, { recipientId: encodeId('User', recipient.userId) }, dueAtMs)
  }
  const trial = await sendFreely(TRIAL_SECONDS, send)
  await hearAll(listening, trial * perMessage)
  for (const each of listening) await each.beginAnew()
  const perSecond = rate ?? Math.max(1, Math.floor((trial / TRIAL_SECONDS) * SHARE_OF_TRIAL))
  const cpuBefore = await cpuOf(stage)
  const start = performance.now()
  const { sent, errors, answered } = await sendSteadily(seconds, perSecond, send)
  const heard = await hearAll(listening, sent * perMessage)
  const elapsed = (performance.now() - start) / 1000
  const cpu = await cpuOf(stage)
  for (const each of listening) each.close()
  conversing.close()
  const got = sum(heard, (each) => each.got)
  const perSend = (name: string) => round((((cpu[name] ?? 0) - (cpuBefore[name] ?? 0)) * 1000) / sent)
  const most = (of: (each: Heard) => number) => Math.max(...heard.map(of))
  const floor = await bareFanOut(orders[0] as ListenOrder)
  return {
    workload: 'soak',
    size: { subscribers: sockets, sendsPerSecond: round(sent / elapsed), wanted: perSecond },
    opsPerSecond: round(got / elapsed),
    p50Ms: most(({ p50Ms }) => p50Ms),
    p95Ms: most(({ p95Ms }) => p95Ms),
    p99Ms: most(({ p99Ms }) => p99Ms),
    p999Ms: most(({ p999Ms }) => p999Ms),
    p95MsByKind: { acknowledgement: answered.percentile(95) },
    errors,
    lost: sent * perMessage - got + sum(heard, ({ duplicates }) => duplicates),
    duplicates: sum(heard, ({ duplicates }) => duplicates),
    outOfOrder: sum(heard, ({ outOfOrder }) => outOfOrder),
    floor: { name: 'a bare ws server with a shared frame', opsPerSecond: round(floor) },
    ratio: round(got / elapsed / floor),
    cpuMicrosecondsPerOperation: Object.fromEntries(Object.keys(cpu).map((name) => [name, perSend(name)])),
  }
}

/** One listening process for half of the companies. */
function ordersOf(stage: Stage, socketsOfCompany: number): ListenOrder[] {
  const urls = stage.nodes.map(({ url }) => `${url.replace('http', 'ws')}/graphql`)
  return [0, 1].map((half) => {
    const companies = stage.companies.filter((_, at) => at % 2 === half)
    const tokens = companies.flatMap(({ actors }) => actors.map(({ token }) => token))
    return { urls, sockets: companies.length * socketsOfCompany, tokens, query: INBOX, variables: {} }
  })
}

/** People who write to each other, the companies in turn. */
function pairsOf({ companies }: Stage): [Actor, Actor][] {
  const most = Math.max(...companies.map(({ actors }) => actors.length))
  return Array.from({ length: Math.floor(most / 2) }, (_, at) => 2 * at).flatMap((at) =>
    companies.flatMap(({ actors: { [at]: author, [at + 1]: recipient } }) =>
      author && recipient ? [[author, recipient] as [Actor, Actor]] : [],
    ),
  )
}

type Send = (at: number, dueAtMs: number) => Promise<void>

/** Sends as fast as it is answered, and returns the number sent. */
async function sendFreely(seconds: number, send: Send): Promise<number> {
  const end = performance.now() + seconds * 1000
  let begun = 0
  let sent = 0
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (performance.now() < end) {
        begun += 1
        await send(begun, Date.now())
        sent += 1
      }
    }),
  )
  return sent
}

/** Begins a send whenever one is due, however long the others take. */
async function sendSteadily(seconds: number, perSecond: number, send: Send) {
  const answered = createHistogram()
  const sends: Promise<void>[] = []
  const start = Date.now()
  let sent = 0
  let errors = 0
  for (let at = 0; at < seconds * perSecond; at += 1) {
    const dueAtMs = start + (at * 1000) / perSecond
    if (dueAtMs > Date.now()) await sleep(dueAtMs - Date.now())
    sends.push(
      send(at, Math.round(dueAtMs)).then(
        () => {
          sent += 1
          answered.record(Math.max(1, Math.round(Date.now() - dueAtMs)))
        },
        () => {
          errors += 1
        },
      ),
    )
  }
  await Promise.all(sends)
  return { sent, errors, answered }
}

async function cpuOf(stage: Stage): Promise<Record<string, number>> {
  const servers = await Promise.all(stage.nodes.map(({ pid }) => cpuMs(pid)))
  const load = process.cpuUsage()
  return {
    servers: sum(servers, (ms) => ms),
    database: await databaseCpuMs(stage.adminUrl),
    load: (load.user + load.system) / 1000,
  }
}

/** As many sockets as one of the listening processes has. */
async function bareFanOut(order: ListenOrder): Promise<number> {
  const bare = await startBareServer()
  const listening = await listen({ ...order, urls: [bare.url] })
  await bare.subscribed(order.sockets)
  const start = performance.now()
  let sent = 0
  for (let seq = 1; performance.now() - start < FLOOR_SECONDS * 1000; seq += 1) sent += await bare.toAll(seq)
  const { got } = await hear(listening, sent)
  const rate = got / ((performance.now() - start) / 1000)
  listening.close()
  bare.close()
  return rate
}

function sum<Each>(list: Each[], of: (each: Each) => number): number {
  return list.reduce((total, each) => total + of(each), 0)
}
