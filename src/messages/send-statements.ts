import { type Act, valuesOfOrigin } from '../database/acting.ts'
import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { type NameOf, statement, type Values } from '../database/statement.ts'
import { TwinCommittedError } from '../errors.ts'

/** A message to be stored, encrypted. `tenant` is the author's. */
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
  /** The signals of spam in it; null for an author who is exempt. */
  signals: string[] | null
  /** The rules on who may see it, as JSON. */
  access: string
  /** The uploads that become part of it. */
  attachmentIds: string[]
  /** Id of the case that moderators decide, should it be held for review. */
  caseId: string
  /** The request that it comes by, for the audit trail. */
  act: Act
}

/**
 * `replayed` is true if an earlier call with the same key sent it. All columns but the id are then null. `seq` is null if it is
 * held, and nothing was written if it was refused.
 */
export interface SentRow {
  messageId: string
  replayed: boolean
  seq: number | null
  depth: number
  createdAt: Date
  position: string
  penalty: 'WARNING' | 'REFUSED' | 'HELD' | null
  /** The end of the pause, if it was refused. */
  cooldownUntil: Date | null
}

/** The outcome of one message of a batch, as app.send_messages returns it. `item` is its place in the batch, from 1. */
export type BatchRow =
  | { item: number; outcome: 'SENT'; seq: number; createdAt: Date; position: string }
  | { item: number; outcome: 'ALONE' | 'BUSY' | 'COMPANY_BUSY' }

const sendOneStatement = statement({
  name: 'send_message',
  parameters: [
    'companyId',
    'authorId',
    'messageId',
    'conversationId',
    'recipientId',
    'parentId',
    'subject',
    'body',
    'metadata',
    'priority',
    'mentionIds',
    'clientMessageId',
    'key',
    'hash',
    'tokens',
    'signals',
    'access',
    'caseId',
    'attachmentIds',
  ],
  row: rowsOf<SentRow>(),
  text: `select message_id as "messageId", replayed, seq, depth, created_at as "createdAt", position::text as position, penalty,
      cooldown_until as "cooldownUntil"
    from app.send_message(
      :companyId, :authorId, :messageId, :conversationId, :recipientId, :parentId, :subject, :body, :metadata,
      :priority, :mentionIds, :clientMessageId, :key, :hash, :tokens, :signals, :access, :caseId, :attachmentIds
    )`,
})

const findSentStatement = statement({
  name: 'find_sent_message',
  parameters: ['authorId', 'key', 'hash'],
  row: rowsOf<SentRow>(),
  text: `select app.remembered_send(:authorId, :key, :hash) as "messageId", true as replayed, null as penalty`,
})

const findWrittenStatement = statement({
  name: 'find_written_message',
  parameters: ['companyId', 'messageId'],
  row: rowsOf<SentRow>(),
  text: `select m.id as "messageId", false as replayed, m.seq, m.depth, m.created_at as "createdAt", s.position::text as position,
      case when m.state = 'HELD' then 'HELD' end as penalty
    from messages m join company_streams s on s.company_id = m.company_id
    where m.company_id = :companyId and m.id = :messageId`,
})

/** Sends a batch. The rows come in any order. */
export const sendManyStatement = statement({
  name: 'send_messages',
  parameters: [
    'companyIds',
    'authorIds',
    'messageIds',
    'conversationIds',
    'subjects',
    'bodies',
    'metadata',
    'priorities',
    'clientMessageIds',
    'keys',
    'hashes',
    'tokens',
    'requestIds',
    'keyHashes',
    'originIds',
    'salts',
    'origins',
  ],
  row: rowsOf<BatchRow>(),
  text: `select item, outcome, seq, created_at as "createdAt", position::text as position
    from app.send_messages(
      :companyIds, :authorIds, :messageIds, :conversationIds, :subjects, :bodies, :metadata, :priorities,
      :clientMessageIds, :keys, :hashes, :tokens, :requestIds, :keyHashes, :originIds, :salts, :origins
    )`,
})

/** Sends one message in one round trip. Throws the reason if it was rejected. */
export async function sendOne(message: OutgoingMessage): Promise<SentRow> {
  const [sent] = await message.tenant.call(sendOneStatement, message).catch((error) => {
    if (error instanceof TwinCommittedError) return findSent(message)
    throw error
  })
  if (!sent) throw new Error('send_message returned no row')
  return sent
}

/** Finds the message that was sent with the same key. */
export function findSent({
  tenant,
  authorId,
  key,
  hash,
}: Pick<OutgoingMessage, 'tenant' | 'authorId' | 'key' | 'hash'>): Promise<SentRow[]> {
  return tenant.query(findSentStatement, { authorId, key, hash })
}

/** Finds the message itself if an earlier attempt has stored it. The position is its own or a later one. */
export async function findWritten(message: OutgoingMessage): Promise<SentRow | undefined> {
  const [row] = await message.tenant.query(findWrittenStatement, message)
  return row
}

/** The values of a batch of these messages. */
export function batchOf(messages: readonly OutgoingMessage[]): Values<NameOf<typeof sendManyStatement>> {
  const origins = messages.map(({ act }) => valuesOfOrigin(act.origin))
  return {
    companyIds: messages.map(({ companyId }) => companyId),
    authorIds: messages.map(({ authorId }) => authorId),
    messageIds: messages.map(({ messageId }) => messageId),
    conversationIds: messages.map(({ conversationId }) => conversationId),
    subjects: messages.map(({ subject }) => subject),
    bodies: messages.map(({ body }) => body),
    metadata: messages.map(({ metadata }) => metadata),
    priorities: messages.map(({ priority }) => priority),
    clientMessageIds: messages.map(({ clientMessageId }) => clientMessageId),
    keys: messages.map(({ key }) => key),
    hashes: messages.map(({ hash }) => hash),
    tokens: messages.map(({ tokens }) => `{${tokens.join(',')}}`),
    requestIds: messages.map(({ act }) => act.requestId),
    keyHashes: messages.map(({ act }) => act.keyHash),
    originIds: origins.map(([id]) => id),
    salts: origins.map(([, salt]) => salt),
    origins: origins.map(([, , sealed]) => sealed),
  }
}
