import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { type AuditedCompany, auditedCompany, verified } from './audited-company.ts'
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
  const _by = ({ userId }: Client) => ({ id: userId })

  it('is listed by kind, person, conversation and time, page by page, for AUDIT_READ alone', async () => {
    const { id } = await said()
    await acme.cal.say({ recipientId: acme.ann.userId }, 'Elsewhere')
    const [ofKind, ofActor, ofConversation, ofBoth] = await Promise.all([
      acts({ kinds: ['member.created'] }),
      acts({ actorId: acme.cal.userId }),
      acts({ conversationId: groupId }),
      acts({ conversationId: groupId, kinds: ['message.created'] }),
    ])
    expect(ofKind.map(({ kind }) => kind)).toEqual(Array(3).fill('member.created'))
    expect(ofActor.map(({ kind }) => kind)).toEqual(['message.created', 'member.tied'])
    expect(ofConversation.map(({ kind }) => kind)).toEqual([
      'message.created',
      'conversation.participants_changed',
    ])
    expect(ofBoth.map(({ objectId }) => objectId)).toEqual([id])
    await verified(acme)
    const all = await acts()
    expect(
      await acts({ after: all.at(-1)?.at, before: new Date(Date.now() + 60_000).toISOString() }),
    ).toEqual(all)
    expect(await acts({ after: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
    expect(await acts({ before: all.at(-1)?.at })).toEqual([])
    const page =
      'query ($after: String) { auditEvents(first: 3, after: $after) { nodes { index } pageInfo { endCursor hasNextPage } } }'
    const indexes: number[] = []
    for (let after: string | undefined, more = true; more; ) {
      const { auditEvents } = await acme.ann.run(page, { after })
      indexes.push(...auditEvents.nodes.map(({ index }: { index: number }) => index))
      after = auditEvents.pageInfo.endCursor
      more = auditEvents.pageInfo.hasNextPage
    }
    expect(indexes).toEqual(all.map((_, at) => all.length - 1 - at))
    for (const query of [
      '{ auditEvents { nodes { id } } }',
      '{ auditVerification { size } }',
      `{ auditProof(eventId: "${all[0]?.id}") { leaf } }`,
    ])
      expect((await acme.bob.send(query)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    const { node } = await acme.ann.run(
      'query ($id: ID!) { node(id: $id) { ... on AuditEvent { index } } }',
      { id: all[0]?.id },
    )
    expect(node.index).toBe(all.length - 1)
    expect(
      (await acme.bob.run('query ($id: ID!) { node(id: $id) { id } }', { id: all[0]?.id })).node,
    ).toBeNull()
  })

  it('has no gap and no fork when 20 people act at once while it is sealed', async () => {
    const sending = Array.from({ length: 20 }, async (_, at) => {
      const client = [acme.ann, acme.bob, acme.cal][at % 3] as Client
      for (let sent = 0; sent < 10; sent++) {
        const { id } = await client.say({ conversationId: groupId }, `${at} ${sent}`)
        if (sent % 3 === 0) await client.mutate('editMessage', { messageId: id, body: 'x' }, 'message { id }')
      }
    })
    const verifying = Array.from({ length: 5 }, async () => {
      await said()
      return verified(acme)
    })
    await Promise.all(sending)
    for (const { problems } of await Promise.all(verifying)) expect(problems).toEqual([])
    const { size, problems } = await verified(acme)
    expect(problems).toEqual([])
    const [counts] = await onDatabase<{ count: number; last: number }>(
      app,
      'select count(*)::int as count, max(index)::int as last from audit_events where company_id = $1',
      [acme.companyUuid],
    )
    expect(counts).toEqual({ count: size, last: size - 1 })
  })

  it('forgets where a person acted from, and still verifies', async () => {
    const { id } = await said()
    await verified(acme)
    const event = async () =>
      (await acts({ kinds: ['message.created'] })).find(({ objectId }) => objectId === id)
    const before = await event()
    expect(before).toMatchObject({ address: '127.0.0.1' })
    const erase = 'select app.forget_origins($1) as count'
    await app.application.services.database.forSystem(acme.companyUuid).transaction(async (transaction) => {
      await transaction.$queryRawUnsafe(erase.replace('$1', `'${acme.bob.uuid}'::uuid`))
    })
    expect(await event()).toEqual({ ...before, address: null, userAgent: null })
    await said('Afterwards')
    expect((await verified(acme)).problems).toEqual([])
  })

  it('does not record as done what was refused', async () => {
    const recorded = await during(async () => {
      await acme.bob.send(
        `mutation { sendMessage(input: { conversationId: "${encodeId('Conversation', acme.bob.uuid)}", body: "x" }) { __typename } }`,
      )
      await acme.cal.send(
        `mutation { retractMessage(input: { messageId: "${(await said()).id}" }) { __typename } }`,
      )
    })
    // The refusal itself is recorded a moment later.
    const done = recorded.filter(({ kind }) => kind !== 'permission.denied')
    expect(done.map(({ kind }) => kind)).toEqual(['message.created'])
  })
})
