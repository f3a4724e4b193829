import { encodeId } from '../../src/ids.ts'
import { query } from '../support/embedded-postgres.ts'
import { ARCHIVE } from './archive.ts'

/** The contents of the database, without access rules. Ids are those of the API. */
export interface Truth {
  readonly messages: StoredMessage[]
  /** The events of sent messages, in the order of each company's positions. */
  readonly events: { companyUuid: string; conversationId: string; messageId: string }[]
  /** The participants, as keys of `participantKey`. */
  readonly participants: Set<string>
}

/** One message as it is stored. */
export interface StoredMessage {
  id: string
  companyUuid: string
  conversationId: string
  seq: number
  /** The writer's own id of the message. */
  key: string
}

/** One person's membership in a conversation. */
export function participantKey(conversationId: string, userUuid: string): string {
  return `${conversationId} ${userUuid}`
}

const JUDGED = `company_id in (select id from companies where name <> '${ARCHIVE}')`

/** Reads everything of the companies of the run as a superuser, past all policies. */
export async function readTruth(adminUrl: string): Promise<Truth> {
  const messages = await query<{
    company: string
    conversation: string
    id: string
    seq: number
    key: string
  }>(
    adminUrl,
    `select company_id as company, conversation_id as conversation, id, seq, client_message_id as key
     from messages where ${JUDGED} order by conversation_id, seq`,
  )
  const events = await query<{ company: string; conversation: string; message: string }>(
    adminUrl,
    `select company_id as company, conversation_id as conversation, message_id as message
     from events where kind = 'MESSAGE_SENT' and ${JUDGED} order by company_id, position`,
  )
  const participants = await query<{ conversation: string; user: string }>(
    adminUrl,
    `select conversation_id as conversation, user_id as user from participants where left_at is null`,
  )
  const conversationId = (uuid: string) => encodeId('Conversation', uuid)
  const messageId = (uuid: string) => encodeId('Message', uuid)
  return {
    messages: messages.map(({ company, conversation, id, seq, key }) => ({
      id: messageId(id),
      companyUuid: company,
      conversationId: conversationId(conversation),
      seq,
      key,
    })),
    events: events.map(({ company, conversation, message }) => ({
      companyUuid: company,
      conversationId: conversationId(conversation),
      messageId: messageId(message),
    })),
    participants: new Set(
      participants.map(({ conversation, user }) => participantKey(conversationId(conversation), user)),
    ),
  }
}
