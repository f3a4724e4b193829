import { Agent } from 'node:http'
import pg from 'pg'
import { directConversationId } from '../src/conversations/direct-id.ts'
import { newId } from '../src/ids.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { BODY, countStored, sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const WORKERS = 32
const COMPANIES = 16

/** Messages of 500 bytes between pairs of people, through HTTP, sign-in, limits, policies, encryption and event. */
export async function send(seconds: number): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 4 })
  const pairs = Array.from({ length: WORKERS }, (_, worker) => pairOf(stage, worker))
  const acknowledged = new Map(stage.companies.map(({ companyId }): [string, string[]] => [companyId, []]))
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const floor = await measureFloor(stage, Math.max(2, Math.floor(seconds / 2)))
  const measured = await measure(WORKERS, seconds, async (worker) => {
    const [author, recipient] = pairs[worker] ?? []
    if (!author || !recipient) throw new Error('There is nobody to send.')
    const messageId = await sendOne(stage.url, agent, author, recipient)
    acknowledged.get(author.companyId)?.push(messageId)
  })
  agent.destroy()
  const stored = await countStored(stage, acknowledged)
  return {
    workload: 'send',
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors,
    ...stored,
    floor: { name: `app.send_message through pg, ${WORKERS} clients`, opsPerSecond: round(floor) },
    ratio: round(measured.opsPerSecond / floor),
  }
}

function pairOf(stage: Stage, worker: number): [Actor, Actor] | [] {
  const actors = stage.companies[worker % COMPANIES]?.actors ?? []
  const first = worker < COMPANIES ? 0 : 2
  const [author, recipient] = [actors[first], actors[first + 1]]
  return author && recipient ? [author, recipient] : []
}

/** Measures the database only: the same function call with policies, from as many clients. */
async function measureFloor(stage: Stage, seconds: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: stage.urls.appUrl, max: WORKERS })
  const sealed = Buffer.alloc(BODY.length + 45, 1)
  const text =
    'select * from app.send_message($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)'
  const hash = Buffer.alloc(32, 2)
  const token = Buffer.alloc(16, 3)
  const { opsPerSecond } = await measure(WORKERS, seconds, async (worker) => {
    // The other two people of each company, so that the conversations of the API start empty.
    const actors = stage.companies[worker % COMPANIES]?.actors ?? []
    const [author, recipient] = worker < COMPANIES ? [actors[1], actors[2]] : [actors[3], actors[0]]
    if (!author || !recipient) throw new Error('There is nobody to send.')
    const conversationId = directConversationId(author.companyId, author.userId, recipient.userId)
    await pool.query({
      name: 'floor',
      text,
      values: [
        author.companyId,
        author.userId,
        newId(),
        conversationId,
        recipient.userId,
        null,
        null,
        sealed,
        null,
        'NORMAL',
        [],
        null,
        newId(),
        hash,
        [token],
      ],
    })
  })
  await pool.end()
  return opsPerSecond
}
