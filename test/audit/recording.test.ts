import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { type AuditedCompany, auditedCompany } from './audited-company.ts'
import { actsDuring, acts as actsOf } from './recorded-acts.ts'

describe('the audit trail of acts', () => {
  let app: TestApp
  let acme: AuditedCompany
  let groupId: string
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    const made = await auditedCompany(app)
    acme = made.acme
    groupId = made.groupId
  })

  const acts = (filter?: object) => actsOf(acme, filter)
  const during = (work: () => Promise<unknown>) => actsDuring(acme, work)
  const said = (body = 'Text') => acme.bob.say({ conversationId: groupId }, body)
  const by = ({ userId }: Client) => ({ id: userId })

  it('tells who sent a message, when, from where, by which request and under which key', async () => {
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${acme.bob.token}`,
        'content-type': 'application/json',
        'x-request-id': 'request-of-a-test',
        'user-agent': 'Tester/1.0',
        'idempotency-key': 'key of a test',
      },
      body: JSON.stringify({
        query: `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { id } } } }`,
        variables: { input: { conversationId: groupId, body: 'Never in the trail' } },
      }),
    })
    const { data } = (await answer.json()) as { data: { sendMessage: { message: { id: string } } } }
    const [sent] = await acts()
    expect(sent).toMatchObject({
      kind: 'message.created',
      actor: by(acme.bob),
      objectId: data.sendMessage.message.id,
      conversationId: groupId,
      address: '127.0.0.1',
      userAgent: 'Tester/1.0',
      requestId: 'request-of-a-test',
    })
    expect(Math.abs(Date.now() - Date.parse(String(sent?.at)))).toBeLessThan(60_000)
    const [row] = await onDatabase<{ keyHash: Buffer; row: string }>(
      app,
      `select key_hash as "keyHash", e::text as row from audit_events e where company_id = $1 order by index desc limit 1`,
      [acme.companyUuid],
    )
    expect(row?.keyHash).toHaveLength(32)
    expect(row?.row).not.toMatch(/Never|key of a test|Tester/)
  })

  it('tells of changes of messages', async () => {
    const { id } = await said()
    const recorded = await during(async () => {
      await acme.bob.mutate('editMessage', { messageId: id, body: 'Better' }, 'message { id }')
      await acme.cal.mutate('hideMessage', { messageId: id }, 'messageId')
      await acme.bob.mutate(
        'setMessageAccess',
        { messageId: id, rules: [{ effect: 'DENY', userId: acme.cal.userId }] },
        'message { id }',
      )
      await acme.ann.mutate('retractMessage', { messageId: id }, 'message { id }')
    })
    expect(recorded).toMatchObject([
      { kind: 'message.edited', actor: by(acme.bob), objectId: id },
      { kind: 'message.hidden', actor: by(acme.cal), objectId: id },
      {
        kind: 'message.access_changed',
        actor: by(acme.bob),
        objectId: id,
        detail: { left: [acme.cal.uuid] },
      },
      { kind: 'message.retracted', actor: by(acme.ann), objectId: id, conversationId: groupId },
    ])
  })

  it('tells of groups and their members', async () => {
    const recorded = await during(async () => {
      await acme.bob.mutate('updateGroup', { groupId, title: 'New' }, 'conversation { id }')
      await acme.bob.mutate(
        'removeParticipant',
        { conversationId: groupId, userId: acme.cal.userId },
        'conversation { id }',
      )
    })
    expect(recorded).toMatchObject([
      { kind: 'conversation.changed', actor: by(acme.bob), objectId: groupId },
      { kind: 'conversation.participants_changed', actor: by(acme.bob), detail: { left: [acme.cal.uuid] } },
    ])
  })

  it('tells of members, roles and settings, by the person who changed them, and never of a name', async () => {
    const recorded = await during(async () => {
      const { role } = await acme.ann.mutate(
        'createRole',
        { name: 'Reader', permissions: ['MESSAGE_READ'] },
        'role { id }',
      )
      await acme.ann.mutate('updateRole', { roleId: role.id, permissions: [] }, 'role { id }')
      await acme.ann.mutate('deleteRole', { roleId: role.id }, 'roleId')
      await acme.ann.mutate('syncMembers', {
        members: [{ externalId: acme.cal.externalId, name: 'Caroline Secret', isEnabled: false }],
      })
      await acme.ann.mutate('updateCompanySettings', { maxThreadDepth: 3 }, 'company { id }')
      await acme.ann.mutate('updateSmsSettings', { helpBusiness: 'Secret Inc' })
    })
    const company = encodeId('Company', acme.companyUuid)
    expect(recorded).toMatchObject([
      {
        kind: 'role.created',
        actor: by(acme.ann),
        detail: { name: 'Reader', permissions: ['MESSAGE_READ'] },
      },
      { kind: 'role.updated', actor: by(acme.ann), detail: { permissions: [] } },
      { kind: 'role.deleted', actor: by(acme.ann) },
      { kind: 'member.disabled', actor: by(acme.ann), objectId: acme.cal.userId },
      {
        kind: 'member.updated',
        actor: by(acme.ann),
        objectId: acme.cal.userId,
        detail: { fields: ['name'] },
      },
      {
        kind: 'settings.changed',
        actor: by(acme.ann),
        objectId: company,
        detail: { maxThreadDepth: [8, 3] },
      },
      { kind: 'sms_settings.changed', actor: by(acme.ann), objectId: company },
    ])
    expect(JSON.stringify(recorded)).not.toContain('Secret')
    for (const { requestId, address } of recorded) {
      expect(requestId).toEqual(expect.any(String))
      expect(address).toBe('127.0.0.1')
    }
  })

  it('tells of broadcasts, reports, decisions, guests and their consent', async () => {
    const recorded = await during(async () => {
      const text = { subject: 'S', body: 'B', audience: 'ALL' }
      await acme.ann.mutate('sendBroadcast', text, 'broadcast { id }')
      const schedule = {
        localTime: new Date(Date.now() + 86_400_000).toISOString().slice(0, 16),
        timeZone: 'UTC',
      }
      const { broadcast } = await acme.ann.mutate('sendBroadcast', { ...text, schedule }, 'broadcast { id }')
      await acme.ann.mutate('cancelBroadcast', { broadcastId: broadcast.id }, 'broadcast { id }')
      const { id } = await said('Bad')
      await acme.cal.mutate('reportMessage', { messageId: id, reason: 'SPAM' }, 'message { id }')
      const { moderationCases } = await acme.ann.run('{ moderationCases { nodes { id } } }')
      const caseId = moderationCases.nodes[0].id
      await acme.ann.mutate(
        'decideModerationCase',
        { caseId, decision: 'DISMISS', reason: 'R' },
        'case { id }',
      )
      const guest = { externalId: 'g', name: 'Guest', phone: '+14155550123', consent: 'SUBSCRIBED' }
      await acme.ann.mutate('upsertGuests', { guests: [guest] })
      const { guests } = await acme.ann.run('{ guests { nodes { id } } }')
      const guestId = guests.nodes[0].id
      await acme.ann.mutate('recordGuestConsent', { guestId, state: 'OPTED_OUT' }, 'guest { id }')
      await acme.ann.mutate('eraseGuest', { guestId }, 'guest { id }')
    })
    expect(recorded.map(({ kind, actor }) => [kind, (actor as { id: string }).id])).toEqual([
      ['broadcast.sent', acme.ann.userId],
      ['broadcast.scheduled', acme.ann.userId],
      ['broadcast.cancelled', acme.ann.userId],
      ['message.created', acme.bob.userId],
      ['message.reported', acme.cal.userId],
      ['case.opened', acme.cal.userId],
      ['case.decided', acme.ann.userId],
      ['consent.subscribed', acme.ann.userId],
      ['consent.opted_out', acme.ann.userId],
      ['guest.erased', acme.ann.userId],
    ])
  })
})
