import { type Agent, request } from 'node:http'
import { rowsOf } from '../src/database/columns.ts'
import { statement } from '../src/database/statement.ts'
import { encodeId, newId } from '../src/ids.ts'
import type { Actor, Stage } from './stage.ts'

const SENTENCE = 'The quick brown fox, it is said, jumps over a lazy dog while nobody looks. '
/** The body of messages, unless another is given. */
export const BODY = prose(500)
const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { __typename ... on SendMessagePayload { message { id seq } } ... on UserError { detail } }
}`

/** Returns prose of this length. A single long word would leave nothing to search. */
export function prose(length: number): string {
  return SENTENCE.repeat(Math.ceil(length / SENTENCE.length)).slice(0, length)
}

/** Sends one message over HTTP, and returns its id. */
export function sendOne(
  url: string,
  agent: Agent,
  author: Actor,
  recipient: Actor,
  text = BODY,
): Promise<string> {
  const input = { recipientId: encodeId('User', recipient.userId), body: text, idempotencyKey: newId() }
  const body = JSON.stringify({ query: SEND, variables: { input } })
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${author.token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const call = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString())
        const id = answer.data?.sendMessage?.message?.id
        if (id) resolve(id)
        else reject(new Error(JSON.stringify(answer)))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

const storedMessages = statement({
  name: 'bench_stored',
  parameters: ['companyId'],
  row: rowsOf<{ id: string; conversationId: string; seq: number }>(),
  text: `select id, conversation_id as "conversationId", seq from messages
    where company_id = :companyId order by conversation_id, seq`,
})

/** Compares acknowledged messages with stored ones. */
export async function countStored(stage: Stage, acknowledged: Map<string, string[]>) {
  let lost = 0
  let duplicates = 0
  let outOfOrder = 0
  for (const [companyId, ids] of acknowledged) {
    const rows = await stage.database.forSystem(companyId).query(storedMessages, { companyId })
    const known = new Set(rows.map((row) => encodeId('Message', row.id)))
    lost += ids.filter((id) => !known.has(id)).length
    duplicates += ids.length - new Set(ids).size
    outOfOrder += rows.filter(
      (row, at) =>
        row.seq !== (rows[at - 1]?.conversationId === row.conversationId ? (rows[at - 1]?.seq ?? 0) + 1 : 1),
    ).length
  }
  return { lost, duplicates, outOfOrder }
}
