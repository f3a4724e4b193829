import { sealPending } from '../../src/audit/seal-company.ts'
import { rotateSecret } from '../../src/encryption/rotate-keys.ts'
import { decodeId, encodeId, newId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'

/** The people of the two companies. */
export type Person = 'admin' | 'one' | 'other' | 'stranger' | 'disabled'

/** A company in which every tenant table has rows, and the ids of what is in it. */
export interface Furnished {
  company: TestCompany<Person>
  /** A direct conversation of `one` and `other`. */
  directId: string
  /** A private group of `one` and `other`. */
  groupId: string
  /** A message of `one` in each, and a reply by `other` in the group. */
  directMessageId: string
  groupMessageId: string
  replyId: string
  /** A broadcast of `admin` to `one` and `other`. */
  broadcastId: string
  /** A guest with a phone that is the same in both companies. */
  guestId: string
  /** A message to that guest. */
  guestMessageId: string
  /** A legal hold on the group. */
  legalHoldId: string
  /** A file in the group's message. */
  attachmentId: string
  /** A text that stands nowhere else, in names, titles and bodies. */
  secret: string
}

/** Makes two companies that know nothing of each other, each with something of everything. */
export async function twoCompanies(app: TestApp): Promise<{ acme: Furnished; globex: Furnished }> {
  return { acme: await furnish(app, 'Zephyrine'), globex: await furnish(app, 'Quillfeather') }
}

async function furnish(app: TestApp, secret: string): Promise<Furnished> {
  const company = await app.company(secret, {
    admin: 'admin',
    one: 'member',
    other: 'member',
    stranger: 'member',
    disabled: 'member',
  })
  const { admin, one, other, disabled } = company
  const direct = await one.say({ recipientId: other.userId }, `${secret} in confidence`, {
    idempotencyKey: 'the same in both companies',
  })
  const groupId = await one.group(`${secret} plans`, [other], { access: 'PRIVATE', description: secret })
  const said = await one.say({ conversationId: groupId }, `${secret} for us`, { mentionIds: [other.userId] })
  const reply = await other.say({ conversationId: groupId }, `${secret} indeed`, { parentId: said.id })
  await other.mutate('markRead', { conversationId: direct.conversationId })
  await one.mutate('editMessage', { messageId: said.id, body: `${secret} for all of us` })
  await other.mutate('reportMessage', { messageId: said.id, reason: 'OTHER', note: secret })
  await other.mutate('setReaction', { messageId: said.id, emoji: '👍', on: true })
  await one.mutate('openContextConversation', { type: 'TOPIC', contextId: secret, restricted: true })
  const file = { fileName: `${secret}.pdf`, size: 1, kind: 'FILE' }
  const { attachment } = await one.mutate('createUpload', file, 'attachment { id }')
  await onDatabase(app, `update attachments set state = 'ATTACHED', message_id = $1 where id = $2`, [
    decodeId(said.id)?.uuid,
    decodeId(attachment.id)?.uuid,
  ])
  const hidden = await other.say({ conversationId: groupId }, `${secret} no more`)
  await one.mutate('hideMessage', { messageId: hidden.id })
  await one.mutate('createConnectionTicket', {}, 'ticket')
  const boardId = await admin.group('Board', [one], { access: 'PRIVATE' })
  const text = { subject: `${secret} news`, body: `${secret} for some` }
  await admin.mutate('sendBroadcast', { audience: 'GROUPS', groupIds: [boardId], ...text })
  const { broadcast } = await admin.mutate(
    'sendBroadcast',
    { audience: 'USERS', userIds: [one.userId, other.userId], idempotencyKey: 'the same in both', ...text },
    'broadcast { id }',
  )
  await admin.mutate('upsertGuests', {
    guests: [{ externalId: secret, name: `${secret} Guest`, phone: '+14155550123', consent: 'SUBSCRIBED' }],
  })
  const { guests } = await admin.run('{ guests { nodes { id } } }')
  const toGuest = await admin.mutate(
    'sendGuestMessage',
    { guestIds: [guests.nodes[0].id], body: `${secret} for a guest`, idempotencyKey: 'the same' },
    'guestMessage { id }',
  )
  await admin.mutate('updateSmsSettings', { helpBusiness: secret })
  const holdId = newId()
  const keys = await app.application.services.keyring.forCompany(company.companyUuid)
  await onDatabase(
    app,
    'insert into legal_holds (company_id, id, name, conversation_id, created_by_id) values ($1, $2, $3, $4, $5)',
    [
      company.companyUuid,
      holdId,
      keys.encrypt(`${secret} v. them`, { field: 'hold-name', recordId: holdId }),
      decodeId(groupId)?.uuid,
      admin.uuid,
    ],
  )
  const { database, audit } = app.application.services
  await sealPending({ database, ...audit }, company.companyUuid)
  await rotateSecret(app.application.keySource, company.companyUuid)
  // As a trail of more than 256 events has it.
  await onDatabase(
    app,
    `insert into audit_nodes (company_id, level, index, hash) values ($1::uuid, 8, 1000000, sha256('node')) on conflict do nothing`,
    [company.companyUuid],
  )
  // As a run of SMS and an answer of the guest leave them behind.
  const companyOnly = [company.companyUuid]
  await onDatabase(app, 'insert into sms_pace (company_id) values ($1) on conflict do nothing', companyOnly)
  await onDatabase(
    app,
    `insert into inbound_messages (company_id, id, received_on, provider_sid)
     values ($1::uuid, gen_random_uuid(), '+15005550006', 'SM' || gen_random_uuid())`,
    companyOnly,
  )
  await admin.mutate('syncMembers', {
    members: [{ externalId: disabled.externalId, name: `Gone ${secret}`, isEnabled: false }],
  })
  // As the digests leave it behind, for which nobody here is away long enough.
  const values = [company.companyUuid, other.uuid, decodeId(groupId)?.uuid]
  await onDatabase(
    app,
    'insert into pending_digests (company_id, user_id) values ($1, $2) on conflict do nothing',
    values.slice(0, 2),
  )
  await onDatabase(
    app,
    'insert into told_messages (company_id, user_id, conversation_id, seq) values ($1, $2, $3, 1) on conflict do nothing',
    values,
  )
  // As replaced rules, purged messages and refused texts leave them behind.
  for (const insert of [
    `insert into message_access (company_id, message_id, number, effect, user_id, ended_at) values ($1, $3, 1, 'DENY', $2, now())`,
    `insert into message_gaps (company_id, conversation_id, from_seq, to_seq)
     select company_id, conversation_id, 1000, 1000 from messages where company_id = $1 and id = $3 and $2::uuid is not null`,
    `insert into exports (company_id, id, format, from_at, to_at, requested_by_id)
     select $1::uuid, gen_random_uuid(), 'CSV', now() - interval '1 day', now(), $2::uuid where $3::uuid is not null`,
    `insert into spam_penalties (company_id, user_id, step, stepped_at) select $1::uuid, $2::uuid, 1, now() where $3::uuid is not null`,
  ])
    await onDatabase(app, insert, [company.companyUuid, other.uuid, decodeId(said.id)?.uuid])
  await leavePushes(app, company, said.id)
  await onDatabase(
    app,
    `insert into conversation_departments (company_id, conversation_id, key, name, ended_at)
     values ($1::uuid, $2::uuid, lower($3), $3, now())`,
    [company.companyUuid, decodeId(groupId)?.uuid, secret],
  )
  return {
    company,
    directId: direct.conversationId,
    groupId,
    directMessageId: direct.id,
    groupMessageId: said.id,
    replyId: reply.id,
    broadcastId: broadcast.id,
    legalHoldId: encodeId('LegalHold', holdId),
    attachmentId: attachment.id,
    guestId: guests.nodes[0].id,
    guestMessageId: toGuest.guestMessage.id,
    secret,
  }
}

/** Leaves a browser, a message to push to it and the mark of the scan, as web push does. */
async function leavePushes(app: TestApp, { companyUuid, other }: TestCompany<Person>, messageId: string) {
  for (const insert of [
    `insert into push_subscriptions (company_id, id, user_id, endpoint_hash, sealed)
     select $1::uuid, $2::uuid, $2::uuid, sha256('endpoint'), sha256('sealed') where $3::uuid is not null`,
    `insert into push_deliveries (company_id, subscription_id, message_id, due_at)
     values ($1::uuid, $2::uuid, $3::uuid, now() + interval '1 year')`,
    `insert into push_marks (company_id, position)
     select $1::uuid, 9000000 where $2::uuid is not null and $3::uuid is not null on conflict do nothing`,
  ])
    await onDatabase(app, insert, [companyUuid, other.uuid, decodeId(messageId)?.uuid])
}
