import { Agent } from 'node:http'
import pg from 'pg'
import { directConversationId } from '../src/conversations/direct-id.ts'
import { newId } from '../src/ids.ts'
import { batchOf, type OutgoingMessage, sendManyStatement } from '../src/messages/send-statements.ts'
import { NO_RULES } from '../src/visibility/access-rules.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { BODY, countStored, sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'
import { bytesPerMessage, tableBytes } from './stored-bytes.ts'

const COMPANIES = 6
const FLOOR_BATCH = 32
const FLOOR_CLIENTS = 2
/** The tokens of a search index: as many as the body has words. */
const WORDS = Array.from({ length: 16 }, (_, word) => String(word * 1_000_003))

type Pair = [Actor, Actor]

/** Messages of 500 bytes between pairs of people, through HTTP, sign-in, limits, policies, encryption and event. */
export function send(seconds: number): Promise<Report> {
  return sendWith(32, seconds)
}

/** The same from four times as many clients. */
export async function sendMany(seconds: number): Promise<Report> {
  return { ...(await sendWith(128, seconds)), workload: 'send-128' }
}

async function sendWith(clients: number, seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 4 })
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const pairs = stage.companies.flatMap(({ actors }) => [pairOf(actors, 0), pairOf(actors, 2)])
  const acknowledged = new Map(stage.companies.map(({ companyId }): [string, string[]] => [companyId, []]))
  const sendFrom = async ([author, recipient]: Pair) => {
    acknowledged.get(author.companyId)?.push(await sendOne(stage.url, agent, author, recipient))
  }
  const bytesBefore = await tableBytes(stage.adminUrl)
  for (const pair of pairs) await sendFrom(pair)
  const floor = await measureFloor(stage, pairs, Math.max(2, Math.floor(seconds / 2)))
  const cpuBefore = [await cpuMs(stage.pid), await databaseCpuMs(stage.adminUrl)] as const
  let sent = 0
  const measured = await measure(clients, seconds, (client) => {
    sent += 1
    return sendFrom(pairs[client % pairs.length] as Pair)
  })
  const cpu = [await cpuMs(stage.pid), await databaseCpuMs(stage.adminUrl)] as const
  agent.destroy()
  return {
    workload: 'send',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors,
    ...(await countStored(stage, acknowledged)),
    floor: {
      name: `app.send_messages through pg, ${FLOOR_CLIENTS} clients, ${FLOOR_BATCH} messages a call`,
      opsPerSecond: round(floor),
    },
    ratio: round(measured.opsPerSecond / floor),
    cpuMicrosecondsPerOperation: {
      server: round(((cpu[0] - cpuBefore[0]) * 1000) / sent),
      database: round(((cpu[1] - cpuBefore[1]) * 1000) / sent),
    },
    bytesPerMessage: await bytesPerMessage(stage.adminUrl, bytesBefore),
  }
}

function pairOf(actors: readonly Actor[], first: number): Pair {
  const [author, recipient] = actors.slice(first, first + 2)
  if (!author || !recipient) throw new Error('There is nobody to send.')
  return [author, recipient]
}

/** Measures the database only: the same function with policies, each client with half of the conversations. */
async function measureFloor(stage: Stage, pairs: readonly Pair[], seconds: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: stage.urls.appUrl, max: FLOOR_CLIENTS })
  const share = pairs.length / FLOOR_CLIENTS
  const { opsPerSecond } = await measure(FLOOR_CLIENTS, seconds, async (client) => {
    const own = pairs.slice(client * share, (client + 1) * share)
    const messages = Array.from({ length: FLOOR_BATCH }, (_, at) => messageOf(own[at % own.length] as Pair))
    const values = batchOf(messages as OutgoingMessage[])
    const { name, text, parameters } = sendManyStatement
    const { rows } = await pool.query<{ outcome: string }>({
      name,
      text,
      values: parameters.map((parameter) => values[parameter]),
    })
    if (rows.some(({ outcome }) => outcome !== 'SENT')) throw new Error('A message was not sent.')
  })
  await pool.end()
  return opsPerSecond * FLOOR_BATCH
}

function messageOf([author, recipient]: Pair): Omit<OutgoingMessage, 'tenant'> {
  const { companyId, userId } = author
  return {
    companyId,
    authorId: userId,
    messageId: newId(),
    conversationId: directConversationId(companyId, userId, recipient.userId),
    recipientId: null,
    parentId: null,
    subject: null,
    body: Buffer.alloc(BODY.length + 45, 1),
    metadata: null,
    priority: 'NORMAL',
    mentionIds: [],
    attachmentIds: [],
    clientMessageId: null,
    key: newId(),
    hash: Buffer.alloc(32, 2),
    tokens: WORDS,
    signals: [],
    access: NO_RULES,
    caseId: newId(),
    act: { actorId: null, requestId: newId(), keyHash: null, origin: null },
  }
}
