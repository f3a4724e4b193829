import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { encodeId, newId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { issue, refusedSend } from '../support/rejected-send.ts'
import { sharedApp } from '../support/shared-app.ts'

const NO_CONVERSATION = 'There is no such conversation.'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dora' | 'erik'>
let globex: TestCompany<'gina'>
let group: string
let strangers: string
let elsewhere: { id: string; conversationId: string }

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', {
    alice: 'owner',
    bob: 'member',
    carol: 'member',
    dora: 'member',
    erik: 'member',
  })
  globex = await app.company('Globex', { gina: 'owner' })
  const { alice, bob, carol, dora } = acme
  group = await alice.group('Ours', [bob])
  strangers = await carol.group('Theirs', [dora], { access: 'PRIVATE' })
  elsewhere = await alice.say({ recipientId: bob.userId }, 'Elsewhere')
  await alice.say({ recipientId: dora.userId }, 'While she was here')
  for (const client of [alice, bob, carol, acme.erik, globex.gina])
    await client.run('{ viewer { user { id } } }')
  await alice.mutate('syncMembers', {
    members: [{ externalId: dora.externalId, name: 'Dora', isEnabled: false }],
  })
})
afterAll(() => app[Symbol.asyncDispose]())

const refused = (input: Record<string, unknown>, sender = acme.alice) => refusedSend(app, sender, input)

describe('the place of a message', () => {
  it.each([
    ['both', true],
    ['neither', false],
  ])('with %s of conversation and recipient is refused', async (_name, both) => {
    const target = both ? { conversationId: group, recipientId: acme.bob.userId } : {}
    const detail = 'Give exactly one of conversationId and recipientId.'
    expect(await refused({ ...target, body: 'x' })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [
        { path: ['conversationId'], detail },
        { path: ['recipientId'], detail },
      ],
    })
  })

  it('is not oneself, in either way', async () => {
    expect(await refused({ recipientId: acme.alice.userId, body: 'x' })).toEqual(
      issue('recipientId', 'You cannot write to yourself.'),
    )
  })

  it('is not a disabled member', async () => {
    const { alice, dora, erik } = acme
    const { directConversation } = await alice.run(
      'query ($id: ID!) { directConversation(userId: $id) { id } }',
      {
        id: dora.userId,
      },
    )
    expect(await refused({ conversationId: directConversation.id, body: 'x' })).toEqual({
      __typename: 'RepliesClosedError',
      detail: "The other person's account is disabled.",
    })
    expect(await refused({ recipientId: dora.userId, body: 'x' })).toEqual({
      __typename: 'RepliesClosedError',
      detail: "The other person's account is disabled.",
    })
    expect(await refused({ recipientId: dora.userId, body: 'x' }, erik)).toEqual({
      __typename: 'NotFoundError',
      detail: 'There is no such person.',
    })
  })

  it('gives one answer for unknown, hidden, foreign, left and closed conversations', async () => {
    const { alice, bob } = acme
    const closed = await alice.group('Closed')
    await alice.mutate('leaveGroup', { groupId: closed })
    const left = await alice.group('Left', [bob], { access: 'PRIVATE' })
    await alice.mutate('leaveGroup', { groupId: left })
    const foreign = await globex.gina.group('Foreign')
    for (const conversationId of [encodeId('Conversation', newId()), strangers, foreign, left, closed]) {
      expect(await refused({ conversationId, body: 'x' })).toEqual({
        __typename: 'NotFoundError',
        detail: NO_CONVERSATION,
      })
    }
  })

  it('gives one answer for unknown and foreign people', async () => {
    for (const recipientId of [encodeId('User', newId()), globex.gina.userId]) {
      expect(await refused({ recipientId, body: 'x' })).toEqual({
        __typename: 'NotFoundError',
        detail: 'There is no such person.',
      })
    }
  })

  it('is not a conversation that takes no messages', async () => {
    const quiet = await acme.alice.group('Quiet', [acme.bob])
    await withClient(app.database.adminUrl, (admin) =>
      admin.query(`update conversations set replies_allowed = false where title = 'Quiet'`),
    )
    expect(await refused({ conversationId: quiet, body: 'x' }, acme.bob)).toEqual({
      __typename: 'RepliesClosedError',
      detail: 'This conversation takes no messages.',
    })
    expect(await acme.alice.say({ conversationId: quiet }, 'Its creator may')).toMatchObject({ seq: 1 })
  })
})

describe('an id', () => {
  const uuid = newId()
  it.each([
    ['nothing', ''],
    ['a uuid', uuid],
    ['not base64', '%%%'],
    ['a type alone', Buffer.from('Conversation').toString('base64url')],
    ['no uuid', encodeId('Conversation', 'x')],
    ['an upper-case uuid', encodeId('Conversation', uuid.toUpperCase())],
    ['padding', Buffer.from(`Conversation:${uuid}`).toString('base64')],
    ['three parts', encodeId('Conversation', `${uuid}:${uuid}`)],
    ['SQL', `' or 1=1; drop table messages; --`],
    ['SQL inside', encodeId('Conversation', `' or 1=1 --`)],
    ['an invented type', encodeId('<script>', uuid)],
    ['100 KB', 'Q'.repeat(100_000)],
    ['100 KB of type', encodeId('Q'.repeat(100_000), uuid)],
  ])('of %s is malformed', async (_name, conversationId) => {
    expect(await refused({ conversationId, body: 'x' })).toEqual(
      issue('conversationId', 'This is not an id of a Conversation.'),
    )
    const { errors } = await acme.alice.send('query ($id: ID!) { conversation(id: $id) { id } }', {
      id: conversationId,
    })
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message.length).toBeLessThan(200)
  })

  it('of another type is named as such', async () => {
    expect(await refused({ conversationId: acme.bob.userId, body: 'x' })).toEqual(
      issue('conversationId', 'This is the id of a User, not of a Conversation.'),
    )
    expect(await refused({ recipientId: group, body: 'x' })).toMatchObject(
      issue('recipientId', /^This is the id of a/),
    )
    expect(await refused({ conversationId: group, body: 'x', parentId: group })).toMatchObject(
      issue('parentId', /^This is/),
    )
    expect(await refused({ conversationId: group, body: 'x', mentionIds: [group] })).toMatchObject(
      issue('mentionIds.0', /^This is the id of a/),
    )
  })
})

describe('a parent', () => {
  it('is a message of the same conversation', async () => {
    const foreign = await globex.gina.say({ conversationId: await globex.gina.group('Parent') }, 'Foreign')
    for (const parentId of [encodeId('Message', newId()), elsewhere.id, foreign.id]) {
      expect(await refused({ conversationId: group, body: 'x', parentId })).toEqual({
        __typename: 'NotFoundError',
        detail: 'There is no such message in this conversation.',
      })
    }
  })
})

describe('mentions', () => {
  it('are of people in the conversation, with one answer for all others', async () => {
    const detail = 'Only people who can see the conversation can be mentioned.'
    for (const stranger of [
      acme.carol.userId,
      acme.dora.userId,
      globex.gina.userId,
      encodeId('User', newId()),
    ]) {
      expect(
        await refused({ conversationId: group, body: 'x', mentionIds: [acme.bob.userId, stranger] }),
      ).toEqual(issue('mentionIds', detail))
    }
  })

  it('are at most 100', async () => {
    const mentionIds = Array.from({ length: 101 }, () => encodeId('User', newId()))
    expect(await refused({ conversationId: group, body: 'x', mentionIds })).toEqual(
      issue('mentionIds', 'At most 100 people are mentioned.'),
    )
    const many = Array.from({ length: 1001 }, () => acme.bob.userId)
    expect(await refused({ conversationId: group, body: 'x', mentionIds: many })).toMatchObject(
      issue('mentionIds', /^At most/),
    )
  })
})
