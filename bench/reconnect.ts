import { startBareServer } from './bare-web-sockets.ts'
import { Conversing } from './conversing.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import type { Heard } from './listener.ts'
import { hear, listen } from './listening.ts'
import { percentile, type Report, round } from './report.ts'
import { type Stage, setStage } from './stage.ts'

const SOCKETS = 2_000
const PEOPLE = 100
const MISSED = 20
const SENDERS = 4
const INBOX = `subscription ($after: String) { inboxEvents(after: $after) { __typename ... on ConversationActivity { cursor
  message { id seq body createdAt author { id name } } } } }`

/** The settings of a reconnection. */
export interface ReconnectOptions {
  seconds: number
  /** Number of sockets of 100 people, by default 2,000. */
  subscribers?: number | undefined
}

/**
 * All sockets of a node are cut at once, while messages are sent to all of them, and come back as fast as they can, each
 * after its last cursor. Latencies are the times until all are back and have everything, one a round.
 */
export async function reconnect({ seconds, subscribers = SOCKETS }: ReconnectOptions): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: PEOPLE })
  const actors = stage.companies[0]?.actors ?? []
  const conversing = new Conversing()
  const conversationId = await conversing.createGroup(stage, actors)
  const sendSome = (count: number) =>
    Promise.all(
      Array.from({ length: SENDERS }, async (_, sender) => {
        const actor = actors[sender]
        if (!actor) throw new Error('There is nobody to send.')
        for (let sent = sender; sent < count; sent += SENDERS)
          await conversing.send(stage.url, actor, { conversationId })
      }),
    )
  const listening = await listen({
    urls: [`${stage.url.replace('http', 'ws')}/graphql`],
    sockets: subscribers,
    tokens: actors.map(({ token }) => token),
    query: INBOX,
    variables: {},
  })
  // A message to resume after, and warm-up.
  await sendSome(SENDERS)
  await hear(listening, SENDERS * subscribers)
  await listening.beginAnew()
  const cpuBefore = await cpuOf(stage)
  const took: number[] = []
  let heard: Heard | undefined
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const start = performance.now()
    await Promise.all([listening.cut(), sendSome(MISSED)])
    heard = await hear(listening, (took.length + 1) * MISSED * subscribers)
    took.push(performance.now() - start)
  }
  const cpu = await cpuOf(stage)
  listening.close()
  conversing.close()
  if (!heard) throw new Error('Nothing was measured.')
  const back = took.length * subscribers
  const tookSeconds = took.reduce((total, ms) => total + ms, 0) / 1000
  const floor = await bareReconnect(subscribers)
  return {
    workload: 'reconnect',
    size: { subscribers, missed: MISSED, rounds: took.length },
    opsPerSecond: round(back / tookSeconds),
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
    p99Ms: percentile(took, 0.99),
    errors: 0,
    lost: took.length * MISSED * subscribers - heard.got + heard.duplicates,
    duplicates: heard.duplicates,
    outOfOrder: heard.outOfOrder,
    floor: { name: 'a bare ws server that sends as many frames at once', opsPerSecond: round(floor) },
    ratio: round(back / tookSeconds / floor),
    cpuMicrosecondsPerOperation: {
      server: round((((cpu[0] ?? 0) - (cpuBefore[0] ?? 0)) * 1000) / back),
      database: round((((cpu[1] ?? 0) - (cpuBefore[1] ?? 0)) * 1000) / back),
      client: round((heard.cpuMs * 1000) / back),
    },
  }
}

async function cpuOf({ pid, adminUrl }: Stage): Promise<number[]> {
  return [await cpuMs(pid), await databaseCpuMs(adminUrl)]
}

async function bareReconnect(sockets: number): Promise<number> {
  const bare = await startBareServer(MISSED)
  const listening = await listen({
    urls: [bare.url],
    sockets,
    tokens: ['nobody'],
    query: INBOX,
    variables: {},
  })
  await hear(listening, MISSED * sockets)
  await listening.beginAnew()
  const start = performance.now()
  await listening.cut()
  await hear(listening, MISSED * sockets)
  const rate = sockets / ((performance.now() - start) / 1000)
  listening.close()
  bare.close()
  return rate
}
