import { expect } from 'vitest'
import { sendMessage } from '../../src/messages/operations/send-message.ts'
import type { TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { onDatabase } from '../support/on-database.ts'

/** Sends in this turn of the event loop, so that sends of one turn go together. */
export async function sender(app: TestApp, companyUuid: string, person: Client) {
  const context = await contextOf(app, companyUuid, person)
  await context.keys()
  return (input: Record<string, unknown>): Promise<string> =>
    sendMessage(context, input).then(
      ({ message }) => message.id,
      (error) => error.code ?? error.name,
    )
}

/** A message that is stored. */
export interface Stored {
  conversationId: string
  authorId: string
  seq: number
}

/** Fails unless sequences and positions have no hole, and every mark is where the sends, one after another, would have left it. */
export async function assertWhole(app: TestApp, companyUuid: string): Promise<Stored[]> {
  const messages = await onDatabase<Stored>(
    app,
    `select conversation_id as "conversationId", author_id as "authorId", seq from messages
     where company_id = $1 order by conversation_id, seq`,
    [companyUuid],
  )
  const [stream] = await onDatabase(
    app,
    `select count(*) = max(position) and min(position) = 1 and max(position) =
       (select position from company_streams where company_id = $1) as whole,
       count(*) filter (where kind = 'MESSAGE_SENT')::int as sent,
       (select bool_and(last_seq = (select count(*) from messages m where m.company_id = $1 and m.conversation_id = c.id))
        from conversations c where c.company_id = $1) as "lastSeqs",
       (select count(*)::int from message_words where company_id = $1) as findable
     from events where company_id = $1`,
    [companyUuid],
  )
  expect(stream).toEqual({ whole: true, sent: messages.length, lastSeqs: true, findable: messages.length })
  const marks = await onDatabase<{ conversationId: string; userId: string; read: number }>(
    app,
    `select conversation_id as "conversationId", user_id as "userId", last_read_seq as read from participants
     where company_id = $1`,
    [companyUuid],
  )
  for (const { conversationId, userId, read } of marks) {
    const sent = messages.filter((message) => message.conversationId === conversationId)
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1))
    const others = sent.filter(({ authorId }) => authorId !== userId).map(({ seq }) => seq)
    const firstUnread = others[0] ?? sent.length + 1
    expect(read).toBe(firstUnread - 1)
  }
  return messages
}
