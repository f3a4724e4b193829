import pg from 'pg'
import { newId } from '../../src/ids.ts'
import type { Client } from '../support/client.ts'
import type { Step } from './unread-model.ts'

/** Takes a step through the API. */
export async function takeStep(people: Client[], conversationId: string, taken: Step): Promise<void> {
  const by = people[taken.by ?? 0]
  if (!by) throw new Error('Nobody takes this step.')
  const run = async (client: Client, field: string, input: Record<string, unknown>) => {
    const { __typename } = await client.mutate(field, input)
    if (!__typename.endsWith('Payload')) throw new Error(`${field} gave ${__typename}`)
  }
  switch (taken.do) {
    case 'send':
      return run(by, 'sendMessage', {
        conversationId,
        body: 'Random',
        mentionIds: taken.mentions.map((person) => people[person]?.userId),
      })
    case 'markRead':
      return run(by, 'markRead', { conversationId, upToSeq: taken.at })
    case 'markUnread':
      return run(by, 'markUnread', { conversationId, fromSeq: taken.at })
    case 'leave':
      return run(by, 'leaveGroup', { groupId: conversationId })
    case 'join':
      return run(by, 'joinGroup', { groupId: conversationId })
    case 'mute':
      return run(by, taken.on ? 'muteConversation' : 'unmuteConversation', { conversationId })
    case 'retract':
      return run(by, 'retractMessage', { messageId: await messageAt(by, conversationId, taken.at) })
    case 'hideMessage':
      return run(by, 'hideMessage', { messageId: await messageAt(by, conversationId, taken.at) })
    case 'hide':
      return run(by, 'hideConversation', { conversationId })
  }
}

async function messageAt(client: Client, conversationId: string, seq: number): Promise<string> {
  const { conversation } = await client.run(
    'query ($id: ID!, $seq: Int) { conversation(id: $id) { messages(aroundSeq: $seq, first: 1) { nodes { id seq } } } }',
    { id: conversationId, seq },
  )
  const [message] = conversation.messages.nodes
  if (message?.seq !== seq) throw new Error(`There is no message ${seq}.`)
  return message.id
}

/** A step in SQL: the server's own functions, and where the API has no function, what its operations write. */
export function stepSql(companyId: string, people: string[], id: string, taken: Step): string {
  const quoted = (value: string | null | undefined) => (value == null ? 'null' : pg.escapeLiteral(value))
  const company = quoted(companyId)
  const user = quoted(people[taken.by ?? 0])
  const inConversation = `company_id = ${company} and conversation_id = ${quoted(id)}`
  switch (taken.do) {
    case 'send': {
      const mentions = quoted(`{${taken.mentions.map((person) => people[person]).join()}}`)
      return `select app.send_message(${company}, ${user}, ${quoted(newId())}, ${quoted(id)}, null, null, null, '\\x00', null,
        'NORMAL', ${mentions}, null, null, null)`
    }
    case 'markRead':
      return `select app.mark_read(${company}, ${user}, ${quoted(id)}, ${taken.at})`
    case 'markUnread':
      return `select app.mark_unread(${company}, ${user}, ${quoted(id)}, ${taken.at})`
    case 'retract':
    case 'hideMessage': {
      const message = `(select id from messages where ${inConversation} and seq = ${taken.at})`
      return taken.do === 'retract'
        ? `select app.retract_message(${company}, ${user}, ${message}, 0, null, '\\x00', null)`
        : `select app.hide_message(${company}, ${user}, ${message})`
    }
    case 'hide':
      return `select app.hide_conversation(${company}, ${user}, ${quoted(id)})`
    case 'leave':
      return `update participants set left_at = now(), role = 'MEMBER' where ${inConversation} and user_id = ${user}`
    case 'join':
      return `insert into participants as p (company_id, conversation_id, user_id, joined_seq)
        select c.company_id, c.id, ${user}, c.last_seq from conversations c where c.company_id = ${company} and c.id = ${quoted(id)}
        on conflict (company_id, conversation_id, user_id) do update set left_at = null, joined_seq = excluded.joined_seq`
    case 'mute':
      return `select app.set_mute(${company}, ${user}, ${quoted(id)}, ${taken.on}, null)`
  }
}
