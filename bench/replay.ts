import { INBOX as INBOX_STREAM } from '../src/events/cursor.ts'
import { readMissed } from '../src/events/event-page.ts'
import { Conversing } from './conversing.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import { hear, listen } from './listening.ts'
import { percentile, type Report, round } from './report.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const SUBSCRIBERS = 20
const MISSED = 2_000
const PAGE = 200
const SENDERS = 16
const INBOX = `subscription ($after: String) { inboxEvents(after: $after) { __typename ... on ConversationActivity { cursor
  message { id seq body createdAt author { id name } } } } }`

/** The settings of a replay. */
export interface ReplayOptions {
  seconds: number
  /** Number of people who read all at once, by default 20. */
  subscribers?: number | undefined
}

/**
 * People of one group resume after a cursor of the beginning, all at once, and read 2,000 messages each. Latencies are
 * the times until everybody has everything, one a round.
 */
export async function replay({ seconds, subscribers = SUBSCRIBERS }: ReplayOptions): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: Math.max(SENDERS, subscribers) })
  const actors = stage.companies[0]?.actors ?? []
  const conversing = new Conversing()
  const conversationId = await conversing.createGroup(stage, actors)
  const readers = actors.slice(0, subscribers)
  const cursors = await Promise.all(readers.map((actor) => conversing.inboxCursor(stage.url, actor)))
  await Promise.all(
    actors.slice(0, SENDERS).map(async (actor) => {
      for (let sent = 0; sent < MISSED / SENDERS; sent += 1)
        await conversing.send(stage.url, actor, { conversationId })
    }),
  )
  conversing.close()
  await readAll(stage, readers, cursors)
  const cpuBefore = await cpuOf(stage)
  const rounds: Awaited<ReturnType<typeof readAll>>[] = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; )
    rounds.push(await readAll(stage, readers, cursors))
  const cpu = await cpuOf(stage)
  const took = rounds.map(({ ms }) => ms)
  const total = (of: (each: (typeof rounds)[number]) => number) =>
    rounds.reduce((sum, each) => sum + of(each), 0)
  const got = total(({ heard }) => heard.got)
  const perSecond = (got * 1000) / total(({ ms }) => ms)
  const floor = await readPages(stage, readers)
  return {
    workload: 'replay',
    size: { subscribers, missed: MISSED, rounds: rounds.length },
    opsPerSecond: round(perSecond),
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
    p99Ms: percentile(took, 0.99),
    errors: 0,
    lost: rounds.length * MISSED * subscribers - got + total(({ heard }) => heard.duplicates),
    duplicates: total(({ heard }) => heard.duplicates),
    outOfOrder: total(({ heard }) => heard.outOfOrder),
    floor: { name: 'the pages of missed events from the database', opsPerSecond: round(floor) },
    ratio: round(perSecond / floor),
    cpuMicrosecondsPerOperation: {
      server: round((((cpu[0] ?? 0) - (cpuBefore[0] ?? 0)) * 1000) / got),
      database: round((((cpu[1] ?? 0) - (cpuBefore[1] ?? 0)) * 1000) / got),
      client: round((total(({ heard }) => heard.cpuMs) * 1000) / got),
    },
  }
}

/** Has each reader resume after the beginning, in a new process, and waits until all have everything. */
async function readAll({ url }: Stage, readers: Actor[], cursors: string[]) {
  const listening = await listen({
    urls: [`${url.replace('http', 'ws')}/graphql`],
    sockets: readers.length,
    tokens: readers.map(({ token }) => token),
    query: INBOX,
    variables: {},
    cursors,
  })
  const heard = await hear(listening, MISSED * readers.length)
  listening.close()
  return { heard, ms: heard.lastMs }
}

/** The database's part alone: the same pages, one after another for each reader. */
async function readPages({ database }: Stage, readers: Actor[]): Promise<number> {
  const start = performance.now()
  let events = 0
  await Promise.all(
    readers.map(async ({ companyId, userId }) => {
      const system = database.forSystem(companyId)
      for (let after = 0, isLast = false; !isLast; ) {
        const page = await readMissed(system, { after, max: PAGE }, { userId, stream: INBOX_STREAM })
        events += page.events.length
        after = page.scannedTo
        isLast = page.isLast
      }
    }),
  )
  return events / ((performance.now() - start) / 1000)
}

async function cpuOf({ pid, adminUrl }: Stage): Promise<number[]> {
  return [await cpuMs(pid), await databaseCpuMs(adminUrl)]
}
