import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestExport } from '../../src/exports/operations/request-export.ts'
import { EXPORT_PERMISSIONS } from '../../src/exports/queries/exports.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { onDatabase } from '../support/on-database.ts'
import { exported, messagesIn, request } from './exporting.ts'

let app: TestApp
let acme: TestCompany<'ann' | 'bob' | 'cal'>
beforeAll(async () => {
  app = await startApp({ tasks })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
})

describe('an export', () => {
  it('has each message once with its earlier texts, retraction, reactions, receipts, rules and who hid it', async () => {
    const { ann, bob, cal } = acme
    const team = await bob.group('Team', [cal])
    const rules = [{ effect: 'DENY', userId: ann.userId }]
    const first = await bob.say({ conversationId: team }, 'One', {
      subject: 'About',
      metadata: { from: 'test' },
      mentionIds: [cal.userId],
      accessRules: rules,
    })
    await bob.mutate('editMessage', { messageId: first.id, body: 'One more' })
    await cal.mutate('setReaction', { messageId: first.id, emoji: '👍', on: true })
    await cal.mutate('markRead', { conversationId: team })
    await cal.mutate('hideMessage', { messageId: first.id })
    const second = await cal.say({ conversationId: team }, 'Gone', { parentId: first.id })
    await cal.mutate('retractMessage', { messageId: second.id })
    const { text, manifest } = await exported(app, ann)
    expect(messagesIn(text)).toEqual([
      {
        conversation: { id: team, kind: 'GROUP', title: 'Team', context: null },
        seq: 1,
        id: first.id,
        author: { id: bob.userId, externalId: bob.externalId, name: 'Bob Acme' },
        parentId: null,
        state: 'POSTED',
        priority: 'NORMAL',
        createdAt: first.createdAt,
        submittedAt: null,
        editedAt: expect.any(String),
        retractedAt: null,
        subject: 'About',
        body: 'One more',
        metadata: { from: 'test' },
        mentions: [cal.userId],
        accessRules: [{ effect: 'DENY', user: ann.userId }],
        revisions: [
          {
            revision: 0,
            subject: 'About',
            body: 'One',
            editedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            editedBy: bob.userId,
          },
        ],
        reactions: [{ emoji: '👍', user: cal.userId, at: expect.any(String) }],
        receipts: [{ user: cal.userId, deliveredAt: expect.any(String), readAt: expect.any(String) }],
        attachments: [],
        hiddenBy: [{ user: cal.userId, at: expect.any(String) }],
        isUnreadable: false,
      },
      expect.objectContaining({
        seq: 2,
        id: second.id,
        parentId: first.id,
        state: 'RETRACTED',
        retractedAt: expect.any(String),
        body: 'Gone',
        receipts: [{ user: bob.userId, deliveredAt: null, readAt: null }],
      }),
    ])
    expect(manifest).toMatchObject({
      company: { id: acme.companyId, name: expect.stringContaining('Acme') },
      requestedBy: { id: ann.userId, name: 'Ann Acme' },
      format: 'JSONL',
      messageCount: 2,
      withheldConversations: null,
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    })
  })

  it('loses none of many messages with one and the same time, in small and in long conversations', async () => {
    const long = await acme.bob.group('Long', [acme.cal])
    for (let number = 0; number < 30; number += 1) await acme.bob.group(`Small ${number}`, [acme.cal])
    await acme.bob.say({ recipientId: acme.cal.userId }, 'Direct')
    // Copies cannot be decrypted in another place, which is told of and keeps nothing else back.
    await onDatabase(
      app,
      `insert into messages (company_id, id, conversation_id, seq, author_id, body)
       select c.company_id, gen_random_uuid(), c.id, k, $2, '\\x00' from conversations c
       cross join lateral generate_series(1, case when c.title = 'Long' then 1234 else 3 end) k
       where c.company_id = $1 and c.kind = 'GROUP'`,
      [acme.companyUuid, acme.bob.uuid],
    )
    await onDatabase(
      app,
      `update conversations c set last_seq = (select max(m.seq) from messages m where m.company_id = c.company_id and m.conversation_id = c.id)
       where company_id = $1`,
      [acme.companyUuid],
    )
    await onDatabase(
      app,
      `update messages set created_at = date_trunc('second', now() - interval '1 minute') where company_id = $1`,
      [acme.companyUuid],
    )
    const { text, manifest } = await exported(app, acme.ann)
    const messages = messagesIn(text)
    expect(messages).toHaveLength(1234 + 30 * 3 + 1)
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
    expect(manifest.messageCount).toBe(messages.length)
    expect(messages.filter(({ isUnreadable }) => !isUnreadable).map(({ body }) => body)).toEqual(['Direct'])
    const inLong = messages.filter(({ conversation }) => conversation.id === long)
    expect(inLong.map(({ seq }) => seq)).toEqual(Array.from({ length: 1234 }, (_each, at) => at + 1))
  })

  it('has held and rejected messages, and what was sent within its span of time only', async () => {
    const early = await acme.bob.say({ recipientId: acme.cal.userId }, 'Early')
    const held = await acme.bob.say({ recipientId: acme.cal.userId }, 'Held')
    const last = await acme.bob.say({ recipientId: acme.cal.userId }, 'Last')
    await onDatabase(
      app,
      `update messages set created_at = now() - interval '2 hours' where company_id = $1 and seq = $2`,
      [acme.companyUuid, early.seq],
    )
    await onDatabase(
      app,
      `update messages set state = 'HELD', seq = null, submitted_at = now() where company_id = $1 and seq = $2`,
      [acme.companyUuid, held.seq],
    )
    const { text } = await exported(app, acme.ann)
    expect(messagesIn(text).map(({ id, seq, state }) => ({ id, seq, state }))).toEqual([
      { id: last.id, seq: 3, state: 'POSTED' },
      { id: held.id, seq: null, state: 'HELD' },
    ])
  })

  it('is limited to authors and to conversations', async () => {
    const team = await acme.bob.group('Team', [acme.cal])
    await acme.bob.say({ conversationId: team }, 'Bob in the team')
    await acme.cal.say({ conversationId: team }, 'Cal in the team')
    await acme.cal.say({ recipientId: acme.bob.userId }, 'Cal to Bob')
    const bodies = async (input: Record<string, unknown>) =>
      messagesIn((await exported(app, acme.ann, input)).text)
        .map(({ body }) => body)
        .sort()
    const userIds = [acme.cal.userId]
    expect(await bodies({ userIds })).toEqual(['Cal in the team', 'Cal to Bob'])
    expect(await bodies({ conversationIds: [team] })).toEqual(['Bob in the team', 'Cal in the team'])
    expect(await bodies({ userIds, conversationIds: [team] })).toEqual(['Cal in the team'])
  })

  it('of a company without messages is an empty file', async () => {
    const { text, manifest } = await exported(app, acme.ann)
    expect(text).toBe('')
    expect(manifest).toMatchObject({ messageCount: 0, bytes: 0 })
  })

  it('is listed with its state to holders of both permissions', async () => {
    const { id } = await exported(app, acme.ann)
    const { exports: list } = await acme.ann.run(
      '{ exports { nodes { id state requestedBy { id } messageCount } } }',
    )
    expect(list.nodes).toEqual([
      { id, state: 'READY', requestedBy: { id: acme.ann.userId }, messageCount: 0 },
    ])
    const document = '{ exports { nodes { id } } }'
    expect((await acme.bob.send(document)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect((await acme.bob.run('query ($id: ID!) { node(id: $id) { id } }', { id })).node).toBeNull()
    expect(await request(acme.bob)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'AUDIT_READ',
    })
  })

  it('requires both permissions', async () => {
    for (const [permission, lacked] of [
      ['AUDIT_READ', 'CONVERSATION_AUDIT'],
      ['CONVERSATION_AUDIT', 'AUDIT_READ'],
    ]) {
      await acme.ann.mutate('createRole', {
        name: `Has ${permission}`,
        permissions: ['MESSAGE_READ', permission],
      })
      await acme.ann.mutate('syncMembers', {
        members: [{ externalId: acme.cal.externalId, name: 'Cal', role: `Has ${permission}` }],
      })
      // The second is refused for the permission, before its input is looked at.
      for (const input of [{}, { userIds: [] }])
        expect(await request(acme.cal, input)).toMatchObject({
          __typename: 'PermissionDeniedError',
          permission: lacked,
        })
      // The database refuses somebody who had both a moment ago.
      const { viewer, ...context } = await contextOf(app, acme.companyUuid, acme.cal)
      const had = { ...context, viewer: { ...viewer, permissions: new Set(EXPORT_PERMISSIONS) } }
      const span = { from: new Date(Date.now() - 1_000), to: new Date() }
      await expect(requestExport(had, { format: 'CSV', ...span })).rejects.toMatchObject({
        name: 'PermissionDeniedError',
        permission: lacked,
      })
      const { errors } = await acme.cal.send('{ exports { nodes { id } } }')
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    }
  })
})
