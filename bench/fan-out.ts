import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep, setImmediate as turnOfLoop } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { encodeId } from '../src/ids.ts'
import { cpuMs } from './cpu.ts'
import type { FanOutOrder, Heard } from './fan-out-client.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const SOCKETS = 1_000
const PEOPLE = 100
const SENDERS = 4
const SETTLE_MS = 2_500
const WAIT_MS = 60_000
const PROSE = 'The budget for the second quarter was sent to Anna, who asked for changes by noon. '.repeat(2)
const GROUP = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }`
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } } }`
const CONVERSATION = `subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename
  ... on MessageSent { cursor message { id seq body createdAt author { id name } } } } }`
const INBOX = `subscription { inboxEvents { __typename ... on ConversationActivity { cursor notify unread { total }
  conversation { id unreadCount } message { id seq body createdAt author { id name } } } } }`

/**
 * 1,000 sockets of 100 people receive the messages of one group. Messages are sent one after another for this many
 * seconds.
 */
export const fanOut = (seconds: number): Promise<Report> => run('fanout', CONVERSATION, seconds)

/** The same for inboxes, with unread counts. */
export const inboxFanOut = (seconds: number): Promise<Report> => run('inbox-fanout', INBOX, seconds)

async function run(workload: string, query: string, seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: PEOPLE })
  const actors = stage.companies[0]?.actors ?? []
  const conversationId = await createGroup(stage, actors)
  const before = await residentBytes(stage.pid)
  const order = {
    url: `${stage.url.replace('http', 'ws')}/graphql`,
    sockets: SOCKETS,
    tokens: actors.map(({ token }) => token),
    query,
    variables: { id: conversationId },
  }
  const client = await startClient(order)
  await sleep(SETTLE_MS)
  const kilobytes = ((await residentBytes(stage.pid)) - before) / SOCKETS / 1000
  const cpuBefore = await cpuMs(stage.pid)
  const start = performance.now()
  const { sent, errors } = await sendFor(stage, actors, conversationId, seconds)
  const heard = await hear(client, sent * SOCKETS)
  const elapsed = (performance.now() - start) / 1000
  const serverMs = (await cpuMs(stage.pid)) - cpuBefore
  client.kill()
  const floor = await bareFanOut(order, seconds)
  const opsPerSecond = heard.got / elapsed
  return {
    workload,
    opsPerSecond: round(opsPerSecond),
    p50Ms: percentile(heard.latenciesMs, 0.5),
    p95Ms: percentile(heard.latenciesMs, 0.95),
    p99Ms: percentile(heard.latenciesMs, 0.99),
    errors,
    lost: heard.lost + (sent * SOCKETS - heard.got - heard.lost),
    duplicates: heard.duplicates,
    outOfOrder: heard.outOfOrder,
    floor: { name: 'a bare ws server with a shared frame', opsPerSecond: round(floor) },
    ratio: round(opsPerSecond / floor),
    cpuMicrosecondsPerOperation: {
      server: round((serverMs * 1000) / heard.got),
      client: round((heard.cpuMs * 1000) / heard.got),
    },
    kilobytesPerSubscription: round(kilobytes),
  }
}

async function createGroup({ url }: Stage, actors: Actor[]): Promise<string> {
  const [owner, ...others] = actors
  if (!owner) throw new Error('There is nobody to send.')
  const memberIds = others.map(({ userId }) => encodeId('User', userId))
  const { createGroup: created } = await call(url, owner, GROUP, { input: { title: 'All', memberIds } })
  if (!created) throw new Error('There is no group.')
  return created.conversation.id
}

async function sendFor({ url }: Stage, actors: Actor[], conversationId: string, seconds: number) {
  const end = performance.now() + seconds * 1000
  let sent = 0
  let errors = 0
  await Promise.all(
    actors.slice(0, SENDERS).map(async (actor) => {
      while (performance.now() < end) {
        const input = { conversationId, body: `${Date.now()} ${PROSE}` }
        const { sendMessage } = await call(url, actor, SEND, { input })
        if (sendMessage?.message) sent += 1
        else errors += 1
      }
    }),
  )
  return { sent, errors }
}

async function startClient(order: FanOutOrder): Promise<ChildProcess> {
  const client = fork(process.argv[1] ?? '', ['listen'])
  client.send(order)
  await once(client, 'message')
  return client
}

async function hear(client: ChildProcess, expected: number): Promise<Heard> {
  const end = performance.now() + WAIT_MS
  for (;;) {
    client.send('report')
    const [heard] = (await once(client, 'message')) as [Heard]
    if (heard.got >= expected || performance.now() > end) return heard
    await sleep(50)
  }
}

/** The limit of this machine: one frame, built once, sent to as many sockets as fast as they take it. */
async function bareFanOut(order: FanOutOrder, seconds: number): Promise<number> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  const subscribed = new Set<WebSocket>()
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}')
      else subscribed.add(socket)
    }),
  )
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const client = await startClient({
    ...order,
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
  })
  while (subscribed.size < SOCKETS) await sleep(50)
  const start = performance.now()
  let sent = 0
  for (let seq = 1; performance.now() - start < seconds * 1000; seq += 1) {
    const frame = Buffer.from(
      `{"id":"1","type":"next","payload":{"seq":${seq},"body":"${Date.now()} ${PROSE}"}}`,
    )
    for (const socket of subscribed) socket.send(frame, { binary: false })
    sent += subscribed.size
    while ([...subscribed].some(({ bufferedAmount }) => bufferedAmount > 0)) await turnOfLoop()
    await turnOfLoop()
  }
  const { got } = await hear(client, sent)
  const rate = got / ((performance.now() - start) / 1000)
  client.kill()
  server.close()
  http.close()
  return rate
}

async function residentBytes(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

interface Answer {
  createGroup?: { conversation: { id: string } }
  sendMessage?: { message?: object }
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
