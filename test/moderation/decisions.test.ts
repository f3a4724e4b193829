import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { CASE, holdMessage, moderatedCompany } from './moderated-company.ts'

describe('a decision of a moderator', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal'>
  beforeAll(async () => {
    app = await sharedApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await moderatedCompany(app, { ann: 'owner', sue: 'supervisor', bob: 'member', cal: 'member' })
  })

  const decide = (by: Client, caseId: string, decision: string, reason = 'Because') =>
    by.mutate('decideModerationCase', { caseId, decision, reason }, `case { ${CASE} }`)
  const held = async (author: Client, to: { conversationId: string } | { recipientId: string }) => {
    const { message, caseUuid } = await holdMessage(app, acme, author, to)
    return { message, caseId: encodeId('ModerationCase', caseUuid) }
  }
  const report = (by: Client, messageId: string, reason = 'HARASSMENT', note?: string) =>
    by.mutate('reportMessage', { messageId, reason, note }, 'message { id }')
  const openCases = async (by: Client) => {
    const { moderationCases } = await by.run(`{ moderationCases(state: OPEN) { nodes { ${CASE} } } }`)
    return moderationCases.nodes
  }

  it('posts a held message with the next number, the present time, and the time at which it was handed in', async () => {
    const groupId = await acme.bob.group('Team', [acme.cal])
    const { message, caseId } = await held(acme.bob, { conversationId: groupId })
    const earlier = await acme.cal.say({ conversationId: groupId }, 'Meanwhile')
    await using inbox = await acme.cal.inbox('... on ConversationActivity { message { id seq body } notify }')
    await using own = await acme.bob.inbox('... on HeldMessageDecided { message { id state seq } }')
    const { case: decided } = await decide(acme.sue, caseId, 'APPROVE', 'A real offer')
    expect(decided).toMatchObject({
      state: 'APPROVED',
      reason: 'A real offer',
      decidedBy: { id: acme.sue.userId },
      message: { id: message.id, seq: 2, state: 'POSTED' },
    })
    await inbox.count(1)
    expect(inbox.events).toMatchObject([{ message: { id: message.id, seq: 2 }, notify: true }])
    expect(await own.event((event) => event.__typename === 'HeldMessageDecided')).toEqual({
      __typename: 'HeldMessageDecided',
      message: { id: message.id, state: 'POSTED', seq: 2 },
    })
    const { conversation, searchMessages } = await acme.cal.run(
      `query ($id: ID!) { conversation(id: $id) { unreadCount messages { nodes { seq createdAt submittedAt } } }
        searchMessages(text: "evil") { nodes { id } } }`,
      { id: groupId },
    )
    const [first, second] = conversation.messages.nodes
    expect(first).toMatchObject({ seq: 1, submittedAt: null })
    expect(second.submittedAt).toBe(message.createdAt)
    expect(Date.parse(second.createdAt)).toBeGreaterThanOrEqual(Date.parse(earlier.createdAt))
    expect(conversation.unreadCount).toBe(1)
    expect(searchMessages.nodes).toEqual([{ id: message.id }])
  })

  it('posts the first message of a direct conversation, which the other person learns of then', async () => {
    const { caseId } = await held(acme.bob, { recipientId: acme.cal.userId })
    const count = async () =>
      (await acme.cal.run('{ conversations { nodes { id } } }')).conversations.nodes.length
    expect(await count()).toBe(0)
    await decide(acme.sue, caseId, 'APPROVE')
    expect(await count()).toBe(1)
  })

  it('keeps the mentions of a held message for the time when it is posted', async () => {
    const groupId = await acme.bob.group('Team', [acme.cal])
    await acme.bob.say({ conversationId: groupId }, 'First')
    const { caseUuid } = await holdMessage(app, acme, acme.bob, { conversationId: groupId })
    const mentions = async () =>
      (await acme.cal.run('{ viewer { unread { mentions } } }')).viewer.unread.mentions
    await acme.bob.mutate('sendMessage', {
      conversationId: groupId,
      body: 'https://evil.test again',
      mentionIds: [acme.cal.userId],
    })
    expect(await mentions()).toBe(0)
    const [, second] = await openCases(acme.sue)
    await decide(acme.sue, second.id, 'APPROVE')
    expect(await mentions()).toBe(1)
    expect((await decide(acme.sue, encodeId('ModerationCase', caseUuid), 'REJECT')).case.message.seq).toBe(
      null,
    )
  })

  it('rejects a held message, which its author is told and nobody else sees', async () => {
    const { message, caseId } = await held(acme.bob, { recipientId: acme.cal.userId })
    await using own = await acme.bob.inbox('... on HeldMessageDecided { message { state } }')
    expect((await decide(acme.sue, caseId, 'REJECT', 'Advertising')).case).toMatchObject({
      state: 'REJECTED',
      message: { state: 'REJECTED', seq: null },
    })
    await own.count(1)
    expect(own.events[0]).toMatchObject({ message: { state: 'REJECTED' } })
    const { heldMessages } = await acme.bob.run('{ heldMessages { nodes { id state } } }')
    expect(heldMessages.nodes).toEqual([{ id: message.id, state: 'REJECTED' }])
    expect(await acme.bob.mutate('editMessage', { messageId: message.id, body: 'Other' })).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'The message was rejected by a moderator.',
    })
    const { message: seen } = await acme.cal.run('query ($id: ID!) { message(id: $id) { id } }', {
      id: message.id,
    })
    expect(seen).toBe(null)
  })

  it('retracts a reported message, also in a conversation that the moderator takes no part in', async () => {
    const groupId = await acme.bob.group('Private', [acme.cal], { access: 'PRIVATE' })
    const { id } = await acme.bob.say({ conversationId: groupId }, 'You fool')
    expect(await report(acme.cal, id, 'HARASSMENT', 'He means me')).toMatchObject({ message: { id } })
    const [found] = await openCases(acme.sue)
    expect(found).toMatchObject({
      kind: 'REPORTED',
      state: 'OPEN',
      signals: [],
      reason: null,
      decidedBy: null,
      message: {
        id,
        body: 'You fool',
        author: { id: acme.bob.userId },
        conversation: { id: groupId, title: 'Private' },
      },
      reports: { nodes: [{ reporter: { id: acme.cal.userId }, reason: 'HARASSMENT', note: 'He means me' }] },
    })
    await using watched = await acme.cal.watch(groupId, '... on MessageRetracted { message { id body } }')
    expect((await decide(acme.sue, found.id, 'RETRACT')).case).toMatchObject({
      state: 'RETRACTED',
      message: { state: 'RETRACTED', body: null },
    })
    await watched.count(1)
    expect(watched.events[0]).toMatchObject({ message: { id, body: null } })
    // The moderator sees no more of the conversation than the message.
    const { conversation, message } = await acme.sue.run(
      'query ($c: ID!, $m: ID!) { conversation(id: $c) { id } message(id: $m) { id } }',
      { c: groupId, m: id },
    )
    expect({ conversation, message }).toEqual({ conversation: null, message: null })
  })

  it('leaves a reported message, and another person may report it again', async () => {
    const groupId = await acme.bob.group('Team', [acme.cal, acme.ann])
    const { id } = await acme.bob.say({ conversationId: groupId }, 'Hello')
    await report(acme.cal, id)
    const [found] = await openCases(acme.sue)
    expect((await decide(acme.sue, found.id, 'DISMISS')).case).toMatchObject({ state: 'DISMISSED' })
    await report(acme.cal, id)
    expect(await openCases(acme.sue)).toEqual([])
    await report(acme.ann, id)
    expect(await openCases(acme.sue)).toHaveLength(1)
  })

  it('is not made about a message that the moderator wrote or reported', async () => {
    const groupId = await acme.sue.group('Team', [acme.ann, acme.bob])
    const own = await acme.sue.say({ conversationId: groupId }, 'Mine')
    await report(acme.bob, own.id)
    const others = await acme.bob.say({ conversationId: groupId }, 'His')
    await report(acme.sue, others.id)
    const [mine, reported] = await openCases(acme.ann)
    expect(await decide(acme.sue, mine.id, 'DISMISS')).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'You wrote the message: somebody else has to decide.',
    })
    expect(await decide(acme.sue, reported.id, 'RETRACT')).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'You reported the message: somebody else has to decide.',
    })
    expect(await decide(acme.ann, mine.id, 'DISMISS')).toMatchObject({ case: { state: 'DISMISSED' } })
  })

  it('is made once: a second moderator is told that it was', async () => {
    const { caseId } = await held(acme.bob, { recipientId: acme.cal.userId })
    const results = await Promise.all([
      decide(acme.ann, caseId, 'APPROVE'),
      decide(acme.sue, caseId, 'REJECT'),
    ])
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'ConflictError',
      'DecideModerationCasePayload',
    ])
    expect(results.find(({ __typename }) => __typename === 'ConflictError').detail).toBe(
      'The case has been decided already.',
    )
  })

  it('fits the kind of the case, has a reason, and wants the permission', async () => {
    const { caseId } = await held(acme.bob, { recipientId: acme.cal.userId })
    for (const decision of ['DISMISS', 'RETRACT'])
      expect(await decide(acme.sue, caseId, decision)).toMatchObject({
        __typename: 'InvalidInputError',
        detail: 'A held message is approved or rejected: APPROVE or REJECT.',
      })
    expect(await decide(acme.sue, caseId, 'APPROVE', ' ')).toMatchObject({ __typename: 'InvalidInputError' })
    expect(await decide(acme.bob, caseId, 'APPROVE')).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MESSAGE_MODERATE',
    })
    const unknown = encodeId('ModerationCase', '018f3a5c-0000-7000-8000-000000000000')
    expect(await decide(acme.sue, unknown, 'APPROVE')).toMatchObject({ __typename: 'NotFoundError' })
  })

  it('does not post a message whose author has left, or in a conversation that is closed', async () => {
    const groupId = await acme.bob.group('Team', [acme.cal])
    const { caseId } = await held(acme.bob, { conversationId: groupId })
    await acme.bob.mutate('leaveGroup', { groupId })
    expect(await decide(acme.sue, caseId, 'APPROVE')).toMatchObject({
      __typename: 'ConflictError',
      detail: 'Its author is no longer in the conversation.',
    })
    expect(await decide(acme.sue, caseId, 'REJECT')).toMatchObject({ case: { state: 'REJECTED' } })
  })

  it('about a message does not cover what its author writes into it later', async () => {
    const { message, caseId } = await held(acme.bob, { recipientId: acme.cal.userId })
    await decide(acme.sue, caseId, 'APPROVE')
    const edit = { messageId: message.id, body: 'Now at http://evil.test/worse' }
    expect(await acme.bob.mutate('editMessage', edit)).toMatchObject({ __typename: 'SpamRefusedError' })
  })
})
