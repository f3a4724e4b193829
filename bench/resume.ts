import { WebSocket } from 'ws'
import { type ColloquyClient, createColloquyClient, type TypedDocument } from '../src/client/client.ts'
import { encodeId } from '../src/ids.ts'
import { percentile, type Report, round } from './report.ts'
import { prose } from './sending.ts'
import { type Actor, setStage } from './stage.ts'

const SENDERS = 10

type Document<Data> = TypedDocument<Data, Record<string, unknown>>
const GROUP = `mutation ($input: CreateGroupInput!) {
  createGroup(input: $input) { ... on CreateGroupPayload { conversation { id } } } }` as Document<{
  createGroup: { conversation: { id: string } }
}>
const CURSOR = '{ viewer { inboxCursor } }' as Document<{ viewer: { inboxCursor: string } }>
const BARE = `subscription ($after: String) { inboxEvents(after: $after) {
  __typename ... on ConversationActivity { cursor message { seq conversation { id } } }
  ... on InboxConversationChanged { cursor } ... on Discontinuity { cursor } } }` as Document<{
  inboxEvents: Heard
}>

interface Heard {
  message?: { seq: number | null }
}

/** Follows an inbox from a cursor. */
type Follow = (client: ColloquyClient, after: string) => AsyncIterable<Heard>

/** Selects everything that the client library selects by itself. */
const everything: Follow = (client, after) => client.inboxEvents({ after }) as AsyncIterable<Heard>
const bare: Follow = (client, after) => client.subscribe(BARE, {}, { after })

/**
 * All people of a group reconnect at once and catch up on missed messages, as after a restart: once with all fields of
 * the client library, and once with hardly any. Latencies are those of one person's whole catch-up.
 */
export function resume(seconds: number): Promise<Report> {
  return resumeAfter(seconds, { workload: 'resume', people: 20, missed: 500, body: 'missed' })
}

/** The same with messages of nearly the maximum length. */
export function resumeLong(seconds: number): Promise<Report> {
  return resumeAfter(seconds, { workload: 'resume-long', people: 20, missed: 500, body: prose(30_000) })
}

/** The same with more people than can be served concurrently. */
export function resumeMany(seconds: number): Promise<Report> {
  return resumeAfter(seconds, { workload: 'resume-many', people: 200, missed: 50, body: 'missed' })
}

interface Missed {
  workload: string
  people: number
  /** Number of messages that each person has missed. */
  missed: number
  body: string
}

async function resumeAfter(seconds: number, { workload, people, missed, body }: Missed): Promise<Report> {
  await using stage = await setStage({ companies: 1, people })
  const actors = stage.companies[0]?.actors ?? []
  const clients = actors.map((actor) => clientOf(stage.url, actor))
  const [author] = clients
  if (!author) throw new Error('There is nobody to send.')
  const memberIds = actors.slice(1).map(({ userId }) => encodeId('User', userId))
  const { createGroup } = await author.request(GROUP, { input: { title: 'All', memberIds } })
  const starts = await Promise.all(
    clients.map(async (client) => (await client.request(CURSOR, {})).viewer.inboxCursor),
  )
  for (let sent = 0; sent < missed; sent += SENDERS) {
    const some = clients.slice(0, SENDERS)
    await Promise.all(
      some.map((client) => client.sendMessage({ conversationId: createGroup.conversation.id, body })),
    )
  }

  const tally = { lost: 0, duplicates: 0, outOfOrder: 0 }
  async function comeBack(follow: Follow): Promise<number[]> {
    return await Promise.all(
      actors.map(async (actor, at) => {
        const start = performance.now()
        const client = clientOf(stage.url, actor)
        const seqs: number[] = []
        for await (const { message } of follow(client, starts[at] ?? '')) {
          if (message?.seq) seqs.push(message.seq)
          if (message?.seq === missed) break
        }
        client.close()
        tally.lost += missed - new Set(seqs).size
        tally.duplicates += seqs.length - new Set(seqs).size
        tally.outOfOrder += seqs.filter((seq, index) => index > 0 && seq < (seqs[index - 1] ?? 0)).length
        return performance.now() - start
      }),
    )
  }
  /** Alternately, so that changes of the machine's load affect both equally. */
  const took: Record<'everything' | 'bare', number[]> = { everything: [], bare: [] }
  const latenciesMs: number[] = []
  await comeBack(everything)
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
    const all = await comeBack(everything)
    latenciesMs.push(...all)
    took.everything.push(Math.max(...all))
    took.bare.push(Math.max(...(await comeBack(bare))))
  }
  for (const client of clients) client.close()
  const perSecond = (rounds: number[]) =>
    (rounds.length * people * missed * 1_000) / rounds.reduce((sum, ms) => sum + ms, 0)
  return {
    workload,
    opsPerSecond: round(perSecond(took.everything)),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errors: 0,
    ...tally,
    floor: { name: 'a selection that reads nothing more', opsPerSecond: round(perSecond(took.bare)) },
    ratio: round(perSecond(took.everything) / perSecond(took.bare)),
  }
}

function clientOf(url: string, { token }: Actor): ColloquyClient {
  return createColloquyClient({ url: `${url}/graphql`, token: () => token, webSocket: WebSocket })
}
