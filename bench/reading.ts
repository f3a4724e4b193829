import { Agent, request } from 'node:http'
import pg from 'pg'
import type { Statement } from '../src/database/statement.ts'
import { encodeId } from '../src/ids.ts'
import { cpuMs, databaseCpuMs } from './cpu.ts'
import { measure, percentile, type Report, round } from './report.ts'
import { sendOne } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const WORKERS = 32
const COMPANIES = 6

/** Somebody who reads, and a conversation of theirs. */
export interface Reader extends Actor {
  conversationId: string
}

/** The requests of a reading workload, and the same reads from the database only. */
export interface Reading<Data> {
  workload: string
  /** That each reader takes part in, all with others. */
  conversations: number
  /** In each of them, from its other side. */
  messages: number
  query: string
  variables(reader: Reader): Record<string, unknown>
  /** True of an answer that has everything. */
  isWhole(data: Data): boolean
  floors: { statement: Statement<string>; values(reader: Reader): Record<string, unknown> }[]
}

/** Reads the same screen again and again for people of several companies, over HTTP and all above the database. */
export async function read<Data>(seconds: number, reading: Reading<Data>): Promise<Report> {
  await using stage = await setStage({ companies: COMPANIES, people: 1 + reading.conversations })
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const readers = await fill(stage, agent, reading)
  const floor = await measureFloor(stage, readers, reading, Math.max(2, Math.floor(seconds / 2)))
  const cpuBefore = [await cpuMs(stage.pid), await databaseCpuMs(stage.adminUrl)] as const
  let answers = 0
  const measured = await measure(WORKERS, seconds, async () => {
    answers += 1
    const reader = anyOf(readers)
    const body = JSON.stringify({ query: reading.query, variables: reading.variables(reader) })
    const { data } = JSON.parse(await post(stage.url, agent, reader.token, body))
    if (!data || !reading.isWhole(data)) throw new Error('Something is missing in the answer.')
  })
  const cpu = [await cpuMs(stage.pid), await databaseCpuMs(stage.adminUrl)] as const
  agent.destroy()
  return {
    workload: reading.workload,
    opsPerSecond: round(measured.opsPerSecond),
    p50Ms: percentile(measured.latenciesMs, 0.5),
    p95Ms: percentile(measured.latenciesMs, 0.95),
    p99Ms: percentile(measured.latenciesMs, 0.99),
    errors: measured.errors,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: `the same statements through pg, ${WORKERS} clients`, opsPerSecond: round(floor) },
    ratio: round(measured.opsPerSecond / floor),
    cpuMicrosecondsPerOperation: {
      server: round(((cpu[0] - cpuBefore[0]) * 1000) / answers),
      database: round(((cpu[1] - cpuBefore[1]) * 1000) / answers),
    },
  }
}

/** Has everybody else in each company write to the first, who reads. */
function fill(stage: Stage, agent: Agent, { messages }: Pick<Reading<never>, 'messages'>): Promise<Reader[]> {
  return Promise.all(
    stage.companies.map(async ({ actors: [reader, ...others] }) => {
      if (!reader || !others[0]) throw new Error('There is nobody to write.')
      for (const other of others) {
        for (let count = 0; count < messages; count += 1) await sendOne(stage.url, agent, other, reader)
      }
      const body = JSON.stringify({
        query: 'query ($id: ID!) { directConversation(userId: $id) { id } }',
        variables: { id: encodeId('User', others[0].userId) },
      })
      const { data } = JSON.parse(await post(stage.url, agent, reader.token, body))
      return { ...reader, conversationId: String(data.directConversation.id) }
    }),
  )
}

/** Sends one operation and returns the text of the answer. */
export function post(url: string, agent: Agent, token: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const call = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** The database's part alone: the same statements, policies and all, from as many clients. */
async function measureFloor(
  stage: Stage,
  readers: Reader[],
  { floors }: Pick<Reading<never>, 'floors'>,
  seconds: number,
) {
  const pool = new pg.Pool({ connectionString: stage.urls.appUrl, max: WORKERS })
  const { opsPerSecond } = await measure(WORKERS, seconds, async () => {
    const reader = anyOf(readers)
    for (const { statement, values } of floors) {
      const { name, text, parameters } = statement
      const named = values(reader)
      const { rows } = await pool.query({ name, text, values: parameters.map((each) => named[each] ?? null) })
      if (rows.length === 0) throw new Error('The statement finds nothing.')
    }
  })
  await pool.end()
  return opsPerSecond
}

function anyOf(readers: Reader[]): Reader {
  const reader = readers[Math.floor(Math.random() * readers.length)]
  if (!reader) throw new Error('There is nobody to read.')
  return reader
}
