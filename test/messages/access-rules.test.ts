import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId, newId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

describe('access rules of a message', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal'>
  let groupId: string
  beforeAll(async () => {
    app = await sharedApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', sue: 'supervisor', bob: 'member', cal: 'member' })
    groupId = await acme.bob.group('Team', [acme.cal, acme.sue])
  })

  const allow = (person: Client) => ({ effect: 'ALLOW', userId: person.userId })
  const deny = (person: Client) => ({ effect: 'DENY', userId: person.userId })
  const restricted = (rules: object[], body = 'Secret') =>
    acme.bob.say({ conversationId: groupId }, body, { accessRules: rules })
  const RULES = 'accessRules { effect role { name } user { id } attribute }'
  const set = (by: Client, messageId: string, rules: object[]) =>
    by.mutate('setMessageAccess', { messageId, rules }, `message { id ${RULES} }`)
  const sees = async (viewer: Client, id: string) =>
    (await viewer.run('query ($id: ID!) { message(id: $id) { id } }', { id })).message !== null
  const roleId = async (name: string) => {
    const { roles } = await acme.ann.run('{ roles { id name } }')
    return roles.find((role: Data) => role.name === name).id
  }

  it('are shown to its author and to moderators who see it, and to nobody else', async () => {
    const { id } = await restricted([
      allow(acme.cal),
      allow(acme.sue),
      { effect: 'DENY', roleId: await roleId('admin') },
    ])
    const rules = async (viewer: Client) =>
      (await viewer.run(`query ($id: ID!) { message(id: $id) { ${RULES} } }`, { id })).message.accessRules
    const expected = [
      { effect: 'ALLOW', role: null, user: { id: acme.cal.userId }, attribute: null },
      { effect: 'ALLOW', role: null, user: { id: acme.sue.userId }, attribute: null },
      { effect: 'DENY', role: { name: 'admin' }, user: null, attribute: null },
    ]
    expect(await rules(acme.bob)).toEqual(expected)
    expect(await rules(acme.sue)).toEqual(expected)
    expect(await rules(acme.cal)).toBe(null)
  })

  it('name a department in any case, and follow a person who changes it at once', async () => {
    const { id } = await restricted([{ effect: 'ALLOW', attribute: 'department:FINANCE' }])
    const move = (department: string | null) =>
      acme.ann.mutate('syncMembers', {
        members: [{ externalId: acme.cal.externalId, name: 'Cal', department }],
      })
    expect(await sees(acme.cal, id)).toBe(false)
    await move('Finance')
    expect(await sees(acme.cal, id)).toBe(true)
    await move('Finances')
    expect(await sees(acme.cal, id)).toBe(false)
    await move(null)
    expect(await sees(acme.cal, id)).toBe(false)
  })

  it('tell live those who lose and gain the message, and nobody else', async () => {
    const { id, seq } = await restricted([])
    const events = '... on MessageAccessLost { messageId seq } ... on MessageSent { message { id } }'
    await using cal = await acme.cal.watch(groupId, events)
    await using sue = await acme.sue.watch(groupId, events)
    await using inbox = await acme.cal.inbox('... on InboxConversationChanged { unread { total } }')
    await set(acme.bob, id, [allow(acme.sue)])
    await cal.count(1)
    await inbox.count(1)
    await set(acme.bob, id, [allow(acme.cal), allow(acme.sue)])
    await inbox.count(2)
    const last = await acme.bob.say({ conversationId: groupId }, 'Last')
    await cal.count(3)
    expect(cal.events).toEqual([
      { __typename: 'MessageAccessLost', messageId: id, seq },
      { __typename: 'MessageSent', message: { id } },
      { __typename: 'MessageSent', message: { id: last.id } },
    ])
    await sue.count(1)
    expect(sue.events).toEqual([{ __typename: 'MessageSent', message: { id: last.id } }])
    expect(inbox.events.slice(0, 2).map(({ unread }) => unread.total)).toEqual([0, 1])
  })

  it('keep a message from notices, receipts, replies and reactions of those whom they deny', async () => {
    await using inbox = await acme.cal.inbox('... on ConversationActivity { message { id } }')
    await using watched = await acme.cal.watch(
      groupId,
      '... on ReceiptAdvanced { upToSeq } ... on ReactionsChanged { message { id } } ... on MessageSent { message { id } }',
    )
    const { id } = await restricted([deny(acme.cal)], 'For some')
    await acme.sue.mutate('markRead', { conversationId: groupId })
    await acme.sue.mutate('setReaction', { messageId: id, emoji: '👍', on: true })
    for (const [mutation, more] of [
      ['setReaction', { emoji: '👍', on: true }],
      ['hideMessage', {}],
      ['reportMessage', { reason: 'OTHER' }],
      ['setMessageAccess', { rules: [] }],
    ] as const)
      expect(await acme.cal.mutate(mutation, { messageId: id, ...more }), mutation).toMatchObject({
        __typename: 'NotFoundError',
      })
    const reply = { conversationId: groupId, parentId: id, body: 'What?' }
    expect(await acme.cal.mutate('sendMessage', reply)).toMatchObject({ __typename: 'NotFoundError' })
    const last = await acme.bob.say({ conversationId: groupId }, 'For all')
    await inbox.count(1)
    await watched.count(1)
    expect(inbox.events).toEqual([{ __typename: 'ConversationActivity', message: { id: last.id } }])
    expect(watched.events).toEqual([{ __typename: 'MessageSent', message: { id: last.id } }])
  })

  it('count those alone whom they let see it in the state of delivery', async () => {
    const { id } = await restricted([allow(acme.sue)])
    const status = async () => {
      const { message } = await acme.bob.run(
        'query ($id: ID!) { message(id: $id) { status receipts { nodes { user { id } } } } }',
        { id },
      )
      return message
    }
    expect(await status()).toEqual({ status: 'SENT', receipts: { nodes: [] } })
    await acme.sue.mutate('markRead', { conversationId: groupId })
    await acme.cal.mutate('markRead', { conversationId: groupId })
    expect(await status()).toEqual({
      status: 'READ',
      receipts: { nodes: [{ user: { id: acme.sue.userId } }] },
    })
  })

  it('only take away: nobody outside of the conversation is let in', async () => {
    const { id } = await restricted([allow(acme.ann), allow(acme.cal)])
    expect(await sees(acme.ann, id)).toBe(false)
    expect(await sees(acme.cal, id)).toBe(true)
    expect(await sees(acme.bob, id)).toBe(true)
  })

  it('are set by the author or a moderator who sees it, also so that the moderator no longer does', async () => {
    const { id } = await restricted([])
    expect(await set(acme.cal, id, [deny(acme.sue)])).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MESSAGE_MODERATE',
    })
    expect(await set(acme.sue, id, [deny(acme.sue)])).toMatchObject({ message: { id } })
    expect(await sees(acme.sue, id)).toBe(false)
    expect(await set(acme.sue, id, [])).toMatchObject({ __typename: 'NotFoundError' })
    expect(await set(acme.bob, id, [])).toMatchObject({ message: { id, accessRules: [] } })
    expect(await sees(acme.sue, id)).toBe(true)
  })

  it('name exactly one role, person or department of the company', async () => {
    const globex = await app.company('Globex', { gus: 'owner' })
    const { roles } = await globex.gus.run('{ roles { id } }')
    const one = 'A rule names exactly one of roleId, userId and attribute.'
    for (const [rule, answer] of [
      [{ effect: 'ALLOW' }, { __typename: 'InvalidInputError', detail: one }],
      [
        { ...allow(acme.cal), attribute: 'department:x' },
        { __typename: 'InvalidInputError', detail: one },
      ],
      [
        { effect: 'DENY', attribute: 'shoe size:44' },
        {
          __typename: 'InvalidInputError',
          detail: 'An attribute is a department, such as department:finance.',
        },
      ],
      [allow(globex.gus), { __typename: 'NotFoundError', detail: 'There is no such person.' }],
      [
        { effect: 'ALLOW', roleId: roles[0].id },
        { __typename: 'NotFoundError', detail: 'There is no such role.' },
      ],
      [
        { effect: 'ALLOW', roleId: encodeId('Role', newId()) },
        { __typename: 'NotFoundError', detail: 'There is no such role.' },
      ],
    ] as const) {
      const input = { conversationId: groupId, body: 'Secret', accessRules: [rule] }
      expect(await acme.bob.mutate('sendMessage', input)).toMatchObject(answer)
    }
    const many = { conversationId: groupId, body: 'Secret', accessRules: Array(51).fill(deny(acme.cal)) }
    expect(await acme.bob.mutate('sendMessage', many)).toMatchObject({
      __typename: 'InvalidInputError',
      detail: 'A message has at most 50 access rules.',
    })
    const { conversation } = await acme.cal.run('query ($id: ID!) { conversation(id: $id) { lastSeq } }', {
      id: groupId,
    })
    expect(conversation.lastSeq).toBe(0)
  })

  it('keep a role that they name from being deleted, which would let others see the message', async () => {
    const { role } = await acme.ann.mutate('createRole', { name: 'Board', permissions: [] }, 'role { id }')
    await restricted([{ effect: 'ALLOW', roleId: role.id }])
    expect(await acme.ann.mutate('deleteRole', { roleId: role.id })).toMatchObject({
      __typename: 'ConflictError',
      detail: 'Access rules of messages name this role.',
    })
  })

  it('are part of what a retry under the same key must repeat', async () => {
    const first = await acme.bob.say({ conversationId: groupId }, 'Secret', {
      accessRules: [allow(acme.cal)],
      idempotencyKey: 'k',
    })
    const again = { conversationId: groupId, body: 'Secret', idempotencyKey: 'k' }
    expect(await acme.bob.mutate('sendMessage', again)).toMatchObject({ __typename: 'ConflictError' })
    const same = { ...again, accessRules: [allow(acme.cal)] }
    expect(await acme.bob.mutate('sendMessage', same, 'message { id }')).toMatchObject({
      message: { id: first.id },
    })
  })
})
