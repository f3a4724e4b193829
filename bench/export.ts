import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { withClient } from '../src/database/roles.ts'
import { type ExportScope, exportedMessages } from '../src/exports/exported-messages.ts'
import { encodeId, newId } from '../src/ids.ts'
import type { Report } from './report.ts'
import { BODY } from './sending.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

/** By default; `--messages` chooses another number. */
const MESSAGES = 200_000
const PER_CONVERSATION = 1_000
/** An export of so many goes first: the space for young objects fills at the first work, however much follows it. */
const WARM_UP = 40_000
const PEOPLE = 4
const INSERTED = 5_000
const POLL_MS = 100
/** Points of the curve of memory, the last one after the export. */
const POINTS = 10
const DAY_MS = 86_400_000

/**
 * An export of 200,000 messages, or as many as are asked for, in groups of 4 by the server's job, beside reading and decrypting them alone; and how far the
 * memory of the server grows meanwhile.
 */
export async function exporting({ messages: count = MESSAGES }: { messages?: number }): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: PEOPLE })
  const [company] = stage.companies
  const [owner] = company?.actors ?? []
  if (!company || !owner) throw new Error('There is no company.')
  const conversationIds = await fill(stage, company.companyId, company.actors, count)
  const scope = { from: new Date(Date.now() - 2 * DAY_MS), to: new Date() }
  const floor = await readAlone(stage, company.companyId, scope, count)
  const cold = await residentMiB(stage.pid)
  const first = conversationIds.slice(0, WARM_UP / PER_CONVERSATION)
  await exported(stage, owner, { ...scope, conversationIds: first.map((id) => encodeId('Conversation', id)) })
  const before = await residentMiB(stage.pid)
  const started = performance.now()
  const { messages, resident } = await exported(stage, owner, scope)
  if (messages !== count) throw new Error(`Only ${messages} messages were exported.`)
  const opsPerSecond = Math.round(count / ((performance.now() - started) / 1_000))
  const none = { p50Ms: 0, p95Ms: 0, p99Ms: 0, errors: 0, lost: 0, duplicates: 0, outOfOrder: 0 }
  return {
    workload: 'export',
    opsPerSecond,
    ...none,
    floor: { name: 'reading and decrypting', opsPerSecond: floor },
    ratio: Math.round((opsPerSecond / floor) * 100) / 100,
    size: { messages: count },
    grownMiB: Math.round(resident.reduce((most, each) => Math.max(most, each), before) - before),
    residentMiB: [cold, before, ...curveOf(resident)].map(Math.round),
  }
}

/** Exports messages, and tells how many there were and the curve of the server's memory in MiB. */
async function exported(stage: Stage, owner: Actor, scope: object) {
  const id = await request(stage, owner, scope)
  const resident: number[] = []
  for (;;) {
    resident.push(await residentMiB(stage.pid))
    const { state, messageCount } = await stateOf(stage, owner, id)
    if (state === 'FAILED') throw new Error('The export has failed.')
    if (state === 'READY') return { messages: messageCount ?? 0, resident }
    await sleep(POLL_MS)
  }
}

/** Messages whose texts can be decrypted, of which everybody has read half. */
async function fill(stage: Stage, companyId: string, people: Actor[], count: number): Promise<string[]> {
  const keys = await stage.keyring.forCompany(companyId)
  const each = PER_CONVERSATION
  const conversationIds = Array.from({ length: Math.ceil(count / each) }, () => newId())
  const users = people.map(({ userId }) => userId)
  await withClient(stage.adminUrl, async (admin) => {
    await admin.query('set session_replication_role = replica')
    await admin.query(
      `update users u set role_id = r.id from roles r where r.company_id = u.company_id and r.name = 'owner' and u.id = $1`,
      [users[0]],
    )
    await admin.query(
      `insert into conversations (company_id, id, kind, title, access, created_by_id, last_seq)
       select $1, c, 'GROUP', 'Topic', 'PRIVATE', $3, $4 from unnest($2::uuid[]) c`,
      [companyId, conversationIds, users[0], each],
    )
    await admin.query(
      `insert into participants (company_id, conversation_id, user_id, last_read_seq, last_delivered_seq)
       select $1, c, u, $4 / 2, $4 from unnest($2::uuid[]) c, unnest($3::uuid[]) u`,
      [companyId, conversationIds, users, each],
    )
    await admin.query(
      `insert into receipts (company_id, conversation_id, user_id, status, up_to_seq)
       select p.company_id, p.conversation_id, p.user_id, s.status, k from participants p
       cross join (values ('READ'), ('DELIVERED')) s (status) cross join generate_series(10, p.last_read_seq, 10) k
       where p.company_id = $1`,
      [companyId],
    )
    for (let start = 0; start < count; start += INSERTED) {
      const rows = Array.from({ length: Math.min(INSERTED, count - start) }, (_each, at) => {
        const [messageId, number] = [newId(), start + at]
        const conversationId = conversationIds[Math.floor(number / each)] ?? ''
        const authorId = users[number % PEOPLE] ?? ''
        const row = { conversationId, messageId, authorId, revision: 0, standing: 'current' as const }
        const body = keys.encrypt(`${BODY} ${number}`, { field: 'body', ...row })
        return { messageId, conversationId, authorId, seq: (number % each) + 1, body }
      })
      await admin.query(
        `insert into messages (company_id, id, conversation_id, seq, author_id, body)
         select $1, t.* from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::bytea[]) t`,
        [
          companyId,
          rows.map(({ messageId }) => messageId),
          rows.map(({ conversationId }) => conversationId),
          rows.map(({ seq }) => seq),
          rows.map(({ authorId }) => authorId),
          rows.map(({ body }) => body),
        ],
      )
    }
    await admin.query('analyze')
  })
  return conversationIds
}

/** Messages read and decrypted per second, of which nothing is written. */
async function readAlone(
  { database, keyring }: Stage,
  companyId: string,
  span: Pick<ExportScope, 'from' | 'to'>,
  expected: number,
): Promise<number> {
  const source = {
    companyId,
    tenant: database.forSystem(companyId),
    keys: () => keyring.forCompany(companyId),
    checksumOf: async () => null,
  }
  const started = performance.now()
  let count = 0
  for await (const messages of exportedMessages(source, { ...span, userIds: null, conversationIds: null }))
    count += messages.length
  if (count !== expected) throw new Error(`Only ${count} messages were read.`)
  return Math.round(count / ((performance.now() - started) / 1_000))
}

async function request(stage: Stage, owner: Actor, scope: object): Promise<string> {
  const { result } = await ask(
    stage,
    owner,
    `mutation ($input: RequestExportInput!) { result: requestExport(input: $input) {
      ... on RequestExportPayload { export { id } } ... on UserError { detail } } }`,
    { input: { format: 'JSONL', ...scope } },
  )
  if (!result.export) throw new Error(result.detail)
  return result.export.id
}

async function stateOf(stage: Stage, owner: Actor, id: string) {
  const { node } = await ask(
    stage,
    owner,
    'query ($id: ID!) { node(id: $id) { ... on Export { state messageCount } } }',
    { id },
  )
  return node as { state: string; messageCount: number | null }
}

async function ask({ url }: Stage, { token }: Actor, query: string, variables: object) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

/** Points of a curve at even distances in time. */
function curveOf(values: number[]): number[] {
  return Array.from(
    { length: POINTS },
    (_, at) => values[Math.floor(((values.length - 1) * (at + 1)) / POINTS)] ?? 0,
  )
}

async function residentMiB(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
