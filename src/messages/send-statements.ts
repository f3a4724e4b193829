import type { Statement, TenantDatabase } from '../database/database.ts'
import { TwinCommittedError } from '../errors.ts'

/** A message on its way into the database, encrypted; `tenant` is the author's. */
export interface OutgoingMessage {
  tenant: TenantDatabase
  companyId: string
  authorId: string
  messageId: string
  conversationId: string
  recipientId: string | null
  parentId: string | null
  subject: Buffer | null
  body: Buffer
  metadata: Buffer | null
  priority: string
  mentionIds: string[]
  clientMessageId: string | null
  key: string | null
  hash: Buffer | null
  /** The hashes of its words. */
  tokens: string[]
}

/** `replayed`: what was sent before under the same key; the rest is then null but for the id. */
export interface SentRow {
  messageId: string
  replayed: boolean
  seq: number
  depth: number
  createdAt: Date
  position: string
}

/** What became of a message of a batch; app.send_messages tells the outcomes. */
export type BatchRow =
  | { outcome: 'SENT'; seq: number; createdAt: Date; position: string }
  | { outcome: 'ALONE' | 'BUSY' | 'COMPANY_BUSY' }

const sendOneStatement: Statement = {
  name: 'send_message',
  text: `select message_id as "messageId", replayed, seq, depth, created_at as "createdAt", position::text as position
    from app.send_message($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
}

const findSentStatement: Statement = {
  name: 'find_sent_message',
  text: `select app.remembered_send($1, $2, $3) as "messageId", true as replayed`,
}

const findWrittenStatement: Statement = {
  name: 'find_written_message',
  text: `select m.id as "messageId", false as replayed, m.seq, m.depth, m.created_at as "createdAt", s.position::text as position
    from messages m join company_streams s on s.company_id = m.company_id
    where m.company_id = $1 and m.id = $2`,
}

const sendManyStatement: Statement = {
  name: 'send_messages',
  text: `select outcome, seq, created_at as "createdAt", position::text as position
    from app.send_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
}

/** Sends one message in one round trip, or throws the reason why not. */
export async function sendOne(message: OutgoingMessage): Promise<SentRow> {
  const values = [
    message.companyId,
    message.authorId,
    message.messageId,
    message.conversationId,
    message.recipientId,
    message.parentId,
    message.subject,
    message.body,
    message.metadata,
    message.priority,
    message.mentionIds,
    message.clientMessageId,
    message.key,
    message.hash,
    message.tokens,
  ]
  const [sent] = await message.tenant.call<SentRow>(sendOneStatement, values).catch((error) => {
    if (error instanceof TwinCommittedError) return findSent(message)
    throw error
  })
  if (!sent) throw new Error('send_message returned no row')
  return sent
}

/** The message that was sent under this one's key. */
export function findSent({
  tenant,
  authorId,
  key,
  hash,
}: Pick<OutgoingMessage, 'tenant' | 'authorId' | 'key' | 'hash'>): Promise<SentRow[]> {
  return tenant.query<SentRow>(findSentStatement, [authorId, key, hash])
}

/** The message itself, if an earlier attempt has written it; the position is its own or a later one. */
export async function findWritten(message: OutgoingMessage): Promise<SentRow | undefined> {
  const [row] = await message.tenant.query<SentRow>(findWrittenStatement, [
    message.companyId,
    message.messageId,
  ])
  return row
}

/** The arguments of app.send_messages for these messages, those of a company one after another. */
export function batchOf(messages: readonly OutgoingMessage[]): { statement: Statement; values: unknown[] } {
  const companies: string[] = []
  const counts: number[] = []
  for (const { companyId } of messages) {
    const last = companies.length - 1
    if (companies[last] === companyId) counts[last] = (counts[last] ?? 0) + 1
    else counts[companies.push(companyId) - 1] = 1
  }
  const values = [
    companies,
    counts,
    messages.map(({ authorId }) => authorId),
    messages.map(({ messageId }) => messageId),
    messages.map(({ conversationId }) => conversationId),
    messages.map(({ subject }) => subject),
    messages.map(({ body }) => body),
    messages.map(({ metadata }) => metadata),
    messages.map(({ priority }) => priority),
    messages.map(({ clientMessageId }) => clientMessageId),
    messages.map(({ key }) => key),
    messages.map(({ hash }) => hash),
    messages.map(({ tokens }) => `{${tokens.join(',')}}`),
  ]
  return { statement: sendManyStatement, values }
}
