import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'

/** A company in whose private group `aud`, who audits, takes no part. */
export interface ReadCompany {
  acme: TestCompany<'ann' | 'aud' | 'sue' | 'bob' | 'cal'>
  groupId: string
  /** Messages of `bob` by what was done to them, and a reply of `cal` to the first. */
  messages: Record<'first' | 'edited' | 'restricted' | 'hidden' | 'retracted' | 'reply', Data>
}

/** Makes a company whose private group of `bob` and `cal` has a message of each sort. */
export async function readCompany(app: TestApp): Promise<ReadCompany> {
  const acme = await app.company('Acme', {
    ann: 'owner',
    aud: 'auditor',
    sue: 'supervisor',
    bob: 'member',
    cal: 'member',
  })
  const { bob, cal } = acme
  const conversationId = await bob.group('Team', [cal], { access: 'PRIVATE', description: 'Secret plans' })
  const say = (body: string, more = {}) => bob.say({ conversationId }, body, more)
  const first = await say('First', { mentionIds: [cal.userId] })
  await cal.mutate('setReaction', { messageId: first.id, emoji: '👍', on: true })
  const edited = await say('Draft')
  await bob.mutate('editMessage', { messageId: edited.id, body: 'Final' })
  const restricted = await say('For nobody else', {
    accessRules: [{ effect: 'ALLOW', userId: bob.userId }],
  })
  const hidden = await say('Hidden by Cal')
  await cal.mutate('hideMessage', { messageId: hidden.id })
  const retracted = await say('Never said')
  await bob.mutate('retractMessage', { messageId: retracted.id })
  const reply = await cal.say({ conversationId }, 'A reply', { parentId: first.id })
  return {
    acme,
    groupId: conversationId,
    messages: { first, edited, restricted, hidden, retracted, reply },
  }
}

/** Reads a conversation as an auditor. */
export async function audit(by: Client, id: string, selection = 'id'): Promise<Data> {
  const { auditConversation } = await by.run(
    `query ($id: ID!) { auditConversation(id: $id) { ${selection} } }`,
    { id },
  )
  return auditConversation
}

/** The reads of an auditor that the trail tells of, earliest first. */
export async function auditedReads({ ann }: ReadCompany['acme'], filter: object = {}): Promise<Data[]> {
  const { auditEvents } = await ann.run(
    `query ($filter: AuditFilter) { auditEvents(first: 100, filter: $filter) {
      nodes { kind actor { id } objectId conversationId detail } } }`,
    { filter: { kinds: ['conversation.audited', 'conversations.audited'], ...filter } },
  )
  return auditEvents.nodes.toReversed()
}

/** All that people's reading of conversations leaves behind in a company. */
export function marksOf(app: TestApp, { companyUuid }: { companyUuid: string }): Promise<{ row: string }[]> {
  return onDatabase(
    app,
    `select p::text as row from participants p where p.company_id = $1
      union all select r::text from receipts r where r.company_id = $1
      union all select c::text from conversations c where c.company_id = $1
      union all select e::text from events e where e.company_id = $1 order by row`,
    [companyUuid],
  )
}
