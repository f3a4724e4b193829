import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { holdMessage, moderatedCompany, setPenalty, setSpam } from './moderated-company.ts'
import { minutesLeft, refused, SENT, send } from './spam-sends.ts'

const _MINUTE_MS = 60_000

describe('spam', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal' | 'dan'>
  beforeAll(async () => {
    app = await sharedApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await moderatedCompany(app, {
      ann: 'owner',
      sue: 'supervisor',
      bob: 'member',
      cal: 'member',
      dan: 'member',
    })
  })

  it('is warned of first, then refused for 5 minutes', async () => {
    for (const body of ['Buy now', 'buy  NOW'])
      expect(await send(acme.bob, acme.cal, body)).toMatchObject({ warning: null })
    expect(await send(acme.bob, acme.cal, 'BÜY now'.normalize('NFD'))).toMatchObject({
      message: { seq: 3, state: 'POSTED' },
      warning: {
        signals: ['REPEATED_BODY'],
        detail:
          'The message was sent, but looks like spam: the same text was sent too often. The next may be refused.',
      },
    })
    const result = await refused(acme.bob, { recipientId: acme.cal.userId, body: 'Buy now' })
    expect(result).toMatchObject({
      __typename: 'SpamRefusedError',
      detail: 'This looks like spam: nothing is accepted from you for a while.',
    })
    expect(minutesLeft(result)).toBe(5)
    // Whatever it is, and for no longer than before.
    const other = await refused(acme.bob, { recipientId: acme.dan.userId, body: 'Something else' })
    expect(other.cooldownUntil).toBe(result.cooldownUntil)
    expect(await send(acme.cal, acme.bob, 'Buy now')).toMatchObject({ warning: null })
  })

  it('is refused for twice as long each time, up to an hour, and held for review after that', async () => {
    await setSpam(app, acme, { repeatedBodies: 1 })
    const pauses: number[] = []
    for (let step = 1; step <= 5; step += 1) {
      await setPenalty(app, acme, acme.bob, { step })
      pauses.push(minutesLeft(await refused(acme.bob, { recipientId: acme.cal.userId, body: 'Spam' })))
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60])
    await setPenalty(app, acme, acme.bob, { step: 6 })
    expect(await send(acme.bob, acme.cal, 'Spam')).toMatchObject({
      message: { seq: null, state: 'HELD' },
      warning: null,
    })
  })

  it('is forgiven by a step for each day without any', async () => {
    await setSpam(app, acme, { repeatedBodies: 1 })
    await setPenalty(app, acme, acme.bob, { step: 3, hoursAgo: 49 })
    const result = await refused(acme.bob, { recipientId: acme.cal.userId, body: 'Spam' })
    expect(minutesLeft(result)).toBe(5)
    await setPenalty(app, acme, acme.bob, { step: 3, hoursAgo: 73 })
    expect(await send(acme.bob, acme.cal, 'Spam')).toMatchObject({ warning: { signals: ['REPEATED_BODY'] } })
  })

  it('is the same text to a third conversation', async () => {
    await setSpam(app, acme, { repeatedBodies: 100 })
    expect(await send(acme.bob, acme.cal, 'Hello')).toMatchObject({ warning: null })
    expect(await send(acme.bob, acme.dan, 'Hello')).toMatchObject({ warning: null })
    expect(await send(acme.bob, acme.ann, 'Hello')).toMatchObject({ warning: { signals: ['REPEATED_BODY'] } })
  })

  it('is a message that mentions more people than the company allows', async () => {
    await setSpam(app, acme, { mentions: 1 })
    const groupId = await acme.bob.group('All', [acme.cal, acme.dan])
    const mention = (people: Client[]) =>
      acme.bob.mutate(
        'sendMessage',
        {
          conversationId: groupId,
          body: `Hi ${people.length}`,
          mentionIds: people.map(({ userId }) => userId),
        },
        SENT,
      )
    expect(await mention([acme.cal])).toMatchObject({ warning: null })
    expect(await mention([acme.cal, acme.dan])).toMatchObject({ warning: { signals: ['TOO_MANY_MENTIONS'] } })
  })

  it('does not count what was not sent, or sent once and asked for again', async () => {
    for (const body of ['Hello', 'Hello'])
      expect(await send(acme.bob, acme.bob, body)).toMatchObject({ __typename: 'InvalidInputError' })
    const once = { idempotencyKey: 'one' }
    const first = await send(acme.bob, acme.cal, 'Hello', once)
    for (let times = 0; times < 4; times += 1)
      expect(await send(acme.bob, acme.cal, 'Hello', once)).toEqual(first)
    expect(await send(acme.bob, acme.cal, 'Hello')).toMatchObject({ warning: null })
    expect(await send(acme.bob, acme.cal, 'Hello')).toMatchObject({ warning: { signals: ['REPEATED_BODY'] } })
    await refused(acme.bob, { recipientId: acme.cal.userId, body: 'Hello' })
    expect(await send(acme.bob, acme.cal, 'Hello', once)).toEqual(first)
  })

  it('is looked for in edits and broadcasts as well, which are never held', async () => {
    await setSpam(app, acme, { blockedDomains: ['evil.test'], moderatorsExempt: false })
    const { id } = await acme.sue.say({ recipientId: acme.cal.userId }, 'Fine')
    const edit = { messageId: id, body: 'See www.evil.test' }
    expect(await acme.sue.mutate('editMessage', edit, 'message { body }')).toMatchObject({
      message: { body: 'See www.evil.test' },
    })
    const again = { ...edit, body: 'See www.evil.test again' }
    expect(minutesLeft(await refused(acme.sue, again, 'editMessage'))).toBe(5)
    await setPenalty(app, acme, acme.sue, { step: 7 })
    const broadcast = { audience: 'ALL', subject: 'News', body: 'At evil.test' }
    expect(minutesLeft(await refused(acme.sue, broadcast, 'sendBroadcast'))).toBe(60)
    const { broadcasts } = await acme.cal.run('{ broadcasts { nodes { id } } }')
    expect(broadcasts.nodes).toEqual([])
  })

  it('is nothing of moderators, unless the company says so', async () => {
    for (let times = 0; times < 5; times += 1)
      expect(await send(acme.sue, acme.cal, 'Please read')).toMatchObject({ warning: null })
    await acme.ann.mutate('updateCompanySettings', { spam: { moderatorsExempt: false } })
    for (let times = 0; times < 2; times += 1) await send(acme.sue, acme.cal, 'Please read')
    expect(await send(acme.sue, acme.cal, 'Please read')).toMatchObject({
      warning: { signals: ['REPEATED_BODY'] },
    })
  })

  it('is what the settings of the company say, with domains as they are registered', async () => {
    const SPAM = 'spam { repeatedBodies mentions blockedDomains redirectors moderatorsExempt }'
    const change = (spam: Record<string, unknown>) =>
      acme.ann.mutate('updateCompanySettings', { spam }, `company { settings { ${SPAM} } }`)
    const blockedDomains = ['https://www.Evil.co.uk/x', 'Bücher.de', 'evil.co.uk']
    expect((await change({ repeatedBodies: null, blockedDomains })).company.settings.spam).toEqual({
      repeatedBodies: null,
      mentions: 20,
      blockedDomains: ['evil.co.uk', 'xn--bcher-kva.de'],
      redirectors: [],
      moderatorsExempt: true,
    })
    expect((await change({ mentions: 3 })).company.settings.spam).toMatchObject({
      repeatedBodies: null,
      mentions: 3,
      blockedDomains: ['evil.co.uk', 'xn--bcher-kva.de'],
    })
    for (const [spam, detail] of [
      [{ blockedDomains: ['com'] }, '"com" is no domain that can be registered.'],
      [{ redirectors: ['a b'] }, '"a b" is no domain that can be registered.'],
      [{ repeatedBodies: 0 }, 'Must be 1 to 100, or null for none.'],
      [{ blockedDomains: Array(201).fill('evil.test') }, 'At most 200 domains are kept.'],
    ] as const)
      expect(await change(spam)).toMatchObject({ __typename: 'InvalidInputError', detail })
  })

  it('is no repeated text where the company lets programs send, unless it says how often', async () => {
    const change = async (input: Record<string, unknown>) =>
      (
        await acme.ann.mutate(
          'updateCompanySettings',
          input,
          'company { settings { spam { repeatedBodies } } }',
        )
      ).company.settings.spam.repeatedBodies
    await setSpam(app, acme, {})
    expect(await change({ sendLimits: [{ max: 500, perSeconds: 10 }] })).toBe(null)
    for (let sent = 0; sent < 7; sent++)
      expect(await send(acme.bob, acme.cal, 'Invoice approved')).toMatchObject({ warning: null })
    expect(await change({ spam: { mentions: 3 } })).toBe(null)
    expect(await change({ sendLimits: [{ max: 100, perSeconds: 10 }] })).toBe(5)
    expect(await change({ sendLimits: [{ max: 500, perSeconds: 10 }], spam: { repeatedBodies: 8 } })).toBe(8)
  })

  it('is counted exactly by ten sends at once', async () => {
    await setSpam(app, acme, { repeatedBodies: 11 })
    const sent = await Promise.all(Array.from({ length: 10 }, () => send(acme.bob, acme.cal, 'Ten times')))
    expect(sent.filter(({ warning }) => warning === null)).toHaveLength(10)
    expect(await send(acme.bob, acme.cal, 'Ten times')).toMatchObject({
      warning: { signals: ['REPEATED_BODY'] },
    })
  })

  it('that is held takes no sequence, no place in lists and search, and no notice', async () => {
    const groupId = await acme.bob.group('Team', [acme.cal])
    await using inbox = await acme.cal.inbox('... on ConversationActivity { message { seq } }')
    const { message } = await holdMessage(app, acme, acme.bob, { conversationId: groupId })
    expect(message.seq).toBe(null)
    const next = await acme.cal.say({ conversationId: groupId }, 'Next')
    expect(next.seq).toBe(1)
    await inbox.count(1)
    expect(inbox.events).toMatchObject([{ message: { seq: 1 } }])
    for (const viewer of [acme.bob, acme.cal]) {
      const { conversation, searchMessages } = await viewer.run(
        `query ($id: ID!) { conversation(id: $id) { lastSeq lastMessage { seq } messages { nodes { seq } } }
          searchMessages(text: "evil") { nodes { id } } }`,
        { id: groupId },
      )
      expect(conversation).toEqual({ lastSeq: 1, lastMessage: { seq: 1 }, messages: { nodes: [{ seq: 1 }] } })
      expect(searchMessages.nodes).toEqual([])
    }
    const held =
      'query ($id: ID!) { message(id: $id) { state } heldMessages { nodes { id body seq state } } }'
    expect(await acme.cal.run(held, { id: message.id })).toEqual({
      message: null,
      heldMessages: { nodes: [] },
    })
    expect(await acme.bob.run(held, { id: message.id })).toEqual({
      message: { state: 'HELD' },
      heldMessages: {
        nodes: [{ id: message.id, body: 'See https://evil.test now', seq: null, state: 'HELD' }],
      },
    })
  })

  it('that is held is not changed by its author, nor answered or reacted to', async () => {
    const { message } = await holdMessage(app, acme, acme.bob, { recipientId: acme.cal.userId })
    const { id, conversationId } = message
    for (const [mutation, more] of [
      ['editMessage', { body: 'Harmless' }],
      ['retractMessage', {}],
      ['hideMessage', {}],
      ['setReaction', { emoji: '👍', on: true }],
      ['setMessageAccess', { rules: [] }],
      ['reportMessage', { reason: 'OTHER' }],
    ] as const) {
      expect(await acme.bob.mutate(mutation, { messageId: id, ...more }), mutation).toMatchObject({
        __typename: 'PermissionDeniedError',
        detail: 'The message waits for review: until then nothing about it changes.',
      })
      expect(await acme.cal.mutate(mutation, { messageId: id, ...more }), mutation).toMatchObject({
        __typename: 'NotFoundError',
      })
    }
    const reply = { conversationId, parentId: id, body: 'A reply' }
    expect(await acme.bob.mutate('sendMessage', reply)).toMatchObject({ __typename: 'NotFoundError' })
    // The other person knows nothing of the conversation yet.
    const { conversations } = await acme.cal.run('{ conversations { nodes { id } } }')
    expect(conversations.nodes).toEqual([])
  })
})
