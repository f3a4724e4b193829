import { Agent } from 'node:http'
import { withClient } from '../src/database/roles.ts'
import { encodeId } from '../src/ids.ts'
import { installedPostgresForTests } from '../test/support/installed-postgres.ts'
import { databaseCpuMs } from './cpu.ts'
import { post } from './reading.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { fillMessages, words } from './search-messages.ts'
import { sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const CLIENTS = 16
const PAGE_SIZE = 50
/** Sends a second beside the reads. */
const SENDS = 100
const PAGE = `query Page($id: ID!) { conversation(id: $id) {
  messages(last: ${PAGE_SIZE}) { nodes { id seq author { id } body createdAt } } } }`
const SEARCH = `query Search($text: String!) { searchMessages(text: $text) {
  nodes { id seq createdAt author { name } conversation { id title } } pageInfo { hasNextPage endCursor } } }`
const WAYS = ['without', 'with'] as const

type Way = (typeof WAYS)[number]

/** Two people who have written to each other. */
interface Pair {
  author: Actor
  reader: Actor
  conversationId: string
}

/** Two nodes on one primary, of which the second reads from a replica, and the work that goes to one of them. */
interface Nodes {
  stage: Stage
  servers: Record<Way, string>
  databases: Record<'primary' | 'replica', string>
  agent: Agent
  pairs: Pair[]
  searcher: Actor
  /** Pages that lacked what had been sent before they were asked for. */
  stale: number
}

/**
 * Pages, searches among a million messages, and pages right after an own send, at a node without a replica and at one with, in turns,
 * while others send. The primary, the replica, both nodes and the clients share the machine, so the ratio (of pages) tells what a
 * replica costs; the CPU of the primary tells what it saves.
 */
export async function replica(seconds: number): Promise<Report> {
  const installed = await installedPostgresForTests('THE BENCH OF A REPLICA')
  if (!installed) throw new Error('A replica needs a PostgreSQL below /usr/lib/postgresql.')
  try {
    const primary = await installed.makeServer()
    const database = await primary.makeDatabase()
    const follower = await installed.makeReplica(primary)
    await withClient(follower.adminUrl, async (admin) => {
      await admin.query('alter system set hot_standby_feedback = on')
      await admin.query('select pg_reload_conf()')
    })
    const replicaUrl = Object.assign(new URL(database.appUrl), { port: new URL(follower.adminUrl).port }).href
    await using stage = await setStage({
      companies: 1,
      people: 20,
      nodes: 2,
      on: database,
      variablesOf: [{}, { DATABASE_REPLICA_URL: replicaUrl }],
    })
    const nodes = await prepare(stage, { primary: database.adminUrl, replica: follower.adminUrl })
    await untilCaughtUp(nodes)
    const compared = await compare(nodes, Math.max(1, Math.floor(seconds / 2)))
    nodes.agent.destroy()
    const pages = compared['page, a second']
    return {
      workload: 'replica',
      opsPerSecond: pages?.with ?? 0,
      p50Ms: compared['page, P50 ms']?.with ?? 0,
      p95Ms: compared['page, P95 ms']?.with ?? 0,
      p99Ms: compared['page, P99 ms']?.with ?? 0,
      errors: 0,
      lost: nodes.stale,
      duplicates: 0,
      outOfOrder: 0,
      floor: { name: 'the same pages at a node without a replica', opsPerSecond: pages?.without ?? 0 },
      ratio: round((pages?.with ?? 0) / (pages?.without ?? 1)),
      compared: { ...compared, 'reads of the node with a replica': await readsOf(nodes.servers.with) },
    }
  } finally {
    await installed.dispose()
  }
}

async function prepare(stage: Stage, databases: Nodes['databases']): Promise<Nodes> {
  const [company] = stage.companies
  const [without, withReplica] = stage.nodes
  if (!company || !without || !withReplica) throw new Error('There is nobody to read.')
  const { actors, companyId } = company
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * CLIENTS })
  await fillMessages(stage, companyId, actors)
  const pairs = await Promise.all(
    Array.from({ length: 6 }, async (_, at): Promise<Pair> => {
      const [author, reader] = actors.slice(2 + 2 * at)
      if (!author || !reader) throw new Error('There is nobody to write.')
      for (let count = 0; count < PAGE_SIZE + 5; count += 1) await sendOne(without.url, agent, author, reader)
      const query = 'query ($id: ID!) { directConversation(userId: $id) { id } }'
      const body = JSON.stringify({ query, variables: { id: encodeId('User', author.userId) } })
      const { data } = JSON.parse(await post(without.url, agent, reader.token, body))
      return { author, reader, conversationId: data.directConversation.id }
    }),
  )
  const servers = { without: without.url, with: withReplica.url }
  return { stage, servers, databases, agent, pairs, searcher: actors[0] as Actor, stale: 0 }
}

/** The replica has much to replay after the database was filled. */
async function untilCaughtUp({ databases }: Nodes): Promise<void> {
  const positionOf = (url: string, position: string) =>
    withClient(url, async (admin) => {
      const { rows } = await admin.query<{ at: number }>(`select (${position} - '0/0'::pg_lsn)::float8 as at`)
      return rows[0]?.at ?? 0
    })
  const goal = await positionOf(databases.primary, 'pg_current_wal_flush_lsn()')
  while ((await positionOf(databases.replica, 'pg_last_wal_replay_lsn()')) < goal)
    await new Promise((resolve) => setTimeout(resolve, 100))
}

async function compare(nodes: Nodes, seconds: number): Promise<NonNullable<Report['compared']>> {
  const found: Record<string, Record<string, number>> = {}
  const keep = (name: string, way: Way, value: number) => {
    const before = found[name]?.[way]
    found[name] = { ...found[name], [way]: round(before === undefined ? value : (before + value) / 2) }
  }
  const stop = new AbortController()
  const writing = write(nodes, stop.signal)
  for (const way of [...WAYS, ...WAYS.toReversed()])
    for (const [name, work] of Object.entries(works)) {
      const before = await cpuOf(nodes)
      let count = 0
      const { opsPerSecond, latenciesMs, errors } = await measure(CLIENTS, seconds, async () => {
        count += 1
        await work(nodes, nodes.servers[way])
      })
      const after = await cpuOf(nodes)
      if (errors > 0) throw new Error(`${errors} reads of ${name} failed.`)
      keep(`${name}, a second`, way, opsPerSecond)
      for (const share of [50, 95, 99])
        keep(`${name}, P${share} ms`, way, percentile(latenciesMs, share / 100))
      keep(`${name}, CPU ms of the primary`, way, (after.primary - before.primary) / count)
      keep(`${name}, CPU ms of the replica`, way, (after.replica - before.replica) / count)
    }
  stop.abort()
  await writing
  return found
}

const works: Record<string, (nodes: Nodes, url: string) => Promise<void>> = {
  async page(nodes, url) {
    await readPage(nodes, url, anyOf(nodes.pairs))
  },
  async search({ agent, searcher }, url) {
    const text = Math.random() < 0.5 ? words.common : `${words.common} ${words.rare}`
    const body = JSON.stringify({ query: SEARCH, variables: { text } })
    const { data } = JSON.parse(await post(url, agent, searcher.token, body))
    if (!data?.searchMessages.nodes.length) throw new Error('The search found nothing.')
  },
  async 'page after a send'(nodes, url) {
    const pair = anyOf(nodes.pairs)
    const id = await sendOne(url, nodes.agent, pair.author, pair.reader)
    const messages = await readPage(nodes, url, pair)
    // Fewer than fifty others have been sent between the two.
    if (!messages.some((message) => message.id === id)) nodes.stale += 1
  },
}

async function readPage({ agent }: Nodes, url: string, { reader, conversationId }: Pair) {
  const body = JSON.stringify({ query: PAGE, variables: { id: conversationId } })
  const { data } = JSON.parse(await post(url, agent, reader.token, body))
  const messages: { id: string; body: string }[] = data?.conversation?.messages.nodes ?? []
  if (messages.length !== PAGE_SIZE || !messages.every(({ body: text }) => text))
    throw new Error('The page is not whole.')
  return messages
}

/** Others send at a steady rate, so that the replica always has something to replay. */
async function write(nodes: Nodes, signal: AbortSignal): Promise<void> {
  const began = performance.now()
  for (let sent = 0; !signal.aborted; sent += 1) {
    const waitMs = began + (sent * 1000) / SENDS - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const { author, reader } = anyOf(nodes.pairs)
    await sendOne(nodes.servers.without, nodes.agent, author, reader)
  }
}

async function cpuOf({ databases }: Nodes): Promise<Record<'primary' | 'replica', number>> {
  return { primary: await databaseCpuMs(databases.primary), replica: await databaseCpuMs(databases.replica) }
}

/** Statements of queries of a node, by the server that answered and the reason. */
async function readsOf(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts = text.matchAll(/^colloquy_replica_reads_total\{target="(\w+)",reason="([\w ]+)"\} (\d+)/gm)
  return Object.fromEntries(
    [...counts].map(([, target, reason, count]) => [`${target}: ${reason}`, Number(count)]),
  )
}

function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
