import { setTimeout as delay } from 'node:timers/promises'
import { directConversationId } from '../../src/conversations/direct-id.ts'
import type { Database } from '../../src/database/database.ts'
import type { CompanyKeys } from '../../src/encryption/company-keys.ts'
import type { Keyring } from '../../src/encryption/keyring.ts'
import { encodeId, newId } from '../../src/ids.ts'
import { messageTokens } from '../../src/messages/message-tokens.ts'
import { locationOfText } from '../../src/messages/queries/message-text.ts'
import { batchOf, type OutgoingMessage, sendManyStatement } from '../../src/messages/send-statements.ts'
import { NO_RULES } from '../../src/visibility/access-rules.ts'

/** Two people of a company who write to each other. */
export interface Pair {
  companyId: string
  authorId: string
  recipientId: string
}

const BATCH = 64
const MAX_ATTEMPTS = 50
const RETRY_MS = 200
const SAMPLE_OF = 5_000
const WORDS =
  'invoice delivery budget meeting contract answer tomorrow please thanks draft review figures'.split(' ')

/**
 * Stores so many messages, encrypted and indexed as the server does, with their events and audit events. The pairs have conversations
 * already. Returns one of each few thousand: its author, id and text.
 */
export async function fill(
  { database, keyring }: { database: Database; keyring: Keyring },
  pairs: readonly Pair[],
  { from, to }: { from: number; to: number },
): Promise<{ pair: Pair; id: string; body: string }[]> {
  const samples: { pair: Pair; id: string; body: string }[] = []
  // Two writers, each with companies of its own, so that they do not wait for each other's streams.
  const companies = [...new Set(pairs.map(({ companyId }) => companyId))]
  let next = from
  const write = async (writer: number) => {
    const own = pairs.filter(({ companyId }) => companies.indexOf(companyId) % 2 === writer)
    while (next < to) {
      const first = next
      next = Math.min(to, first + BATCH)
      const messages: OutgoingMessage[] = []
      for (let number = first; number < next; number += 1) {
        const pair = own[number % own.length] as Pair
        const body = textOf(number)
        const message = await seal(await keyring.forCompany(pair.companyId), pair, body)
        if (number % SAMPLE_OF === 0) samples.push({ pair, id: encodeId('Message', message.messageId), body })
        messages.push(message)
      }
      await store(database, messages)
    }
  }
  await Promise.all([write(0), write(1)])
  return samples
}

/** Stores messages; those that a batch leaves out, since a lock was held or time was up, go with the next attempt. */
async function store(database: Database, messages: readonly OutgoingMessage[]): Promise<void> {
  let left = messages
  for (let attempt = 0; left.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`${left.length} messages were not stored.`)
    const rows = await database.batch(sendManyStatement, batchOf(left)).catch(() => [])
    const sent = new Set(rows.flatMap(({ item, outcome }) => (outcome === 'SENT' ? [left[item - 1]] : [])))
    left = left.filter((message) => !sent.has(message))
    if (left.length > 0) await delay(RETRY_MS)
  }
}

/** Some 120 bytes of prose, other words in each message. */
function textOf(number: number): string {
  const words = Array.from({ length: 16 }, (_, at) => WORDS[(number * (at + 3) + at * at) % WORDS.length])
  return `No. ${number}: ${words.join(' ')}`
}

async function seal(
  keys: CompanyKeys,
  { companyId, authorId, recipientId }: Pair,
  body: string,
): Promise<OutgoingMessage> {
  const conversationId = directConversationId(companyId, authorId, recipientId)
  const messageId = newId()
  const location = locationOfText({ id: messageId, conversationId, authorId, revision: 0 }, 'body')
  const message: Omit<OutgoingMessage, 'tenant'> = {
    companyId,
    authorId,
    messageId,
    conversationId,
    recipientId: null,
    parentId: null,
    subject: null,
    body: keys.encrypt(body, location),
    metadata: null,
    priority: 'NORMAL',
    mentionIds: [],
    attachmentIds: [],
    clientMessageId: null,
    key: newId(),
    hash: keys.requestHash(body),
    tokens: await messageTokens(keys, { subject: null, body }),
    signals: [],
    access: NO_RULES,
    caseId: newId(),
    act: { actorId: null, requestId: newId(), keyHash: null, origin: null },
  }
  // The statement binds each author itself.
  return message as OutgoingMessage
}
