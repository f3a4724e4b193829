import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { StreamValue } from '../../src/subscriptions/stream-value.ts'
import { conversationStream } from '../../src/subscriptions/streams.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { cursorsOf } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'
import { redisForTests } from '../support/redis.ts'
import { tableContents } from '../support/table-contents.ts'
import { setTyping, typingIn, watchTyping } from '../support/typing.ts'

const SIX_SECONDS = 6_000

const redis = await redisForTests()
afterAll(() => redis?.dispose())

let app: TestApp
let acme: TestCompany<'alice' | 'audrey' | 'bob' | 'carol' | 'dave'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
  groupId = await acme.alice.group('Plans', [acme.audrey, acme.bob, acme.carol])
})
afterAll(() => app[Symbol.asyncDispose]())

const uuidOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? ''
const finished = (recorder: Recorder) => recorder.event(({ message }) => message?.body === 'end')

describe('typing', () => {
  it('is sent once to the other subscribers of the conversation until it stops, and is not stored', async () => {
    const { alice, bob, carol, dave } = acme
    const elsewhere = await alice.group('Elsewhere', [bob, dave])
    await using one = await watchTyping(alice, groupId, bob)
    await using two = await watchTyping(carol, groupId, bob)
    await using own = await watchTyping(bob, groupId, bob)
    await using other = await watchTyping(dave, elsewhere, bob)
    await using inbox = await carol.inbox('... on ConversationActivity { message { body } }')
    const stored = await tableContents(app.database.adminUrl)
    for (const typing of [true, true, false, false, true]) {
      expect(await setTyping(bob, groupId, typing)).toEqual({
        __typename: 'SetTypingPayload',
        conversation: { id: groupId },
      })
    }
    await one.until(() => typingIn(one).length === 3)
    expect(await tableContents(app.database.adminUrl)).toEqual(stored)
    for (const conversationId of [groupId, elsewhere]) await alice.say({ conversationId }, 'end')
    for (const recorder of [one, two, own, other, inbox]) await finished(recorder)
    for (const recorder of [one, two]) {
      expect(typingIn(recorder)).toEqual([true, false, true].map((typing) => [bob.userId, typing]))
    }
    for (const recorder of [own, other, inbox]) expect(typingIn(recorder)).toEqual([])
  })

  it('ends six seconds after the last sign of it, and no sooner', async () => {
    const { alice, bob, carol } = acme
    await using watched = await watchTyping(alice, groupId, bob)
    const began = performance.now()
    await setTyping(carol, groupId)
    const hasEnded = async () => {
      await setTyping(bob, groupId)
      expect(typingIn(watched)).toContainEqual([carol.userId, false])
    }
    await vi.waitFor(hasEnded, { interval: 1_000, timeout: 30_000 })
    expect(performance.now() - began).toBeGreaterThan(SIX_SECONDS - 50)
    // Bob has said so again and again.
    expect(typingIn(watched).filter(([id]) => id === bob.userId)).toEqual([[bob.userId, true]])
  })

  it('ends with the message, and with the typist’s leaving', async () => {
    const { alice, bob, carol } = acme
    await using watched = await watchTyping(alice, groupId, bob)
    for (const client of [bob, carol]) await setTyping(client, groupId)
    await watched.until(() => typingIn(watched).length === 2)
    await bob.say({ conversationId: groupId }, 'said')
    await carol.mutate('leaveGroup', { groupId })
    await watched.event(({ __typename }) => __typename === 'ParticipantsChanged')
    expect(watched.events.slice(-4)).toMatchObject([
      { user: { id: bob.userId }, typing: false },
      { __typename: 'MessageSent', message: { body: 'said' } },
      { user: { id: carol.userId }, typing: false },
      { __typename: 'ParticipantsChanged' },
    ])
    await setTyping(bob, groupId)
    await watched.until(() => typingIn(watched).length === 5)
  })

  it('ends with the typist’s access to the company', async () => {
    const { alice, bob, carol } = acme
    await using watched = await watchTyping(alice, groupId, bob)
    await setTyping(bob, groupId)
    await watched.until(() => typingIn(watched).length === 1)
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', isEnabled: false }],
    })
    await carol.say({ conversationId: groupId }, 'end')
    await finished(watched)
    expect(typingIn(watched)).toEqual([true, false].map((typing) => [bob.userId, typing]))
  })

  it('reaches who comes later with its next sign', async () => {
    const { alice, bob, carol } = acme
    await using early = await watchTyping(alice, groupId, alice)
    await setTyping(bob, groupId)
    await early.until(() => typingIn(early).length === 1)
    await using late = await watchTyping(carol, groupId, alice)
    expect(typingIn(late)).toEqual([])
    await setTyping(bob, groupId)
    await late.until(() => typingIn(late).length === 1)
    expect(typingIn(early)).toEqual([[bob.userId, true]])
  })

  it('goes on for the others while somebody is shown again what the typist said before', async () => {
    const { alice, bob, carol } = acme
    const { events: cursor } = await cursorsOf(carol, groupId)
    await using watched = await watchTyping(alice, groupId, bob)
    await setTyping(bob, groupId)
    await watched.until(() => typingIn(watched).length === 1)
    await using resumed = await carol.watch(groupId, '... on MessageSent { message { body } }', cursor)
    await resumed.event(({ message }) => message?.body === 'begin')
    await alice.say({ conversationId: groupId }, 'end')
    await finished(watched)
    expect(typingIn(watched)).toEqual([[bob.userId, true]])
  })

  it('is not sent to a person after their removal', async () => {
    const { alice, bob, carol } = acme
    await using removed = await watchTyping(carol, groupId, bob)
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: carol.userId })
    await setTyping(bob, groupId)
    await removed.until(({ isComplete }) => isComplete)
    expect(removed.events.at(-1)).toMatchObject({ __typename: 'ConversationRemoved' })
    expect(typingIn(removed)).toEqual([])
  })

  it('is sent only to people who may read at that moment, for people who may post', async () => {
    const { alice, audrey, bob, carol, dave } = acme
    await using lost = await watchTyping(carol, groupId, bob)
    await using kept = await watchTyping(audrey, groupId, bob)
    // Without an event, so that the stream is still open.
    await withClient(app.database.adminUrl, (admin) =>
      admin.query('update participants set left_at = now() where conversation_id = $1 and user_id = $2', [
        uuidOf(groupId),
        carol.uuid,
      ]),
    )
    await setTyping(bob, groupId)
    await kept.until(() => typingIn(kept).length === 1)
    expect(typingIn(kept)).toEqual([[bob.userId, true]])
    expect(typingIn(lost)).toEqual([])
    for (const [client, id, answer] of [
      [carol, groupId, 'PermissionDeniedError'],
      [dave, groupId, 'PermissionDeniedError'],
      [dave, await bob.group('Hidden', [], { access: 'PRIVATE' }), 'NotFoundError'],
      [dave, await bob.group('Listed', [], { access: 'CLOSED' }), 'PermissionDeniedError'],
      [audrey, groupId, 'PermissionDeniedError'],
      [alice, 'nonsense', 'InvalidInputError'],
      [alice, bob.userId, 'InvalidInputError'],
    ] as const) {
      for (const typing of [true, false]) {
        expect((await setTyping(client, id, typing)).__typename).toBe(answer)
      }
    }
    const made = await alice.mutate('createGlobalConversation', { title: 'News' }, 'conversation { id }')
    const newsId = made.conversation.id
    expect((await setTyping(bob, newsId)).__typename).toBe('RepliesClosedError')
    await using news = await watchTyping(bob, newsId, alice)
    await setTyping(alice, newsId)
    await news.until(() => typingIn(news).length === 1)
  })

  it('is what a visitor of a context may say and see', async () => {
    const { alice, bob, carol } = acme
    const opened = await alice.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId: '7' },
      'conversation { id }',
    )
    await using visitor = await watchTyping(bob, opened.conversation.id, alice)
    await setTyping(carol, opened.conversation.id)
    await visitor.until(() => typingIn(visitor).length === 1)
  })

  it('is the first thing that a subscriber misses who does not keep up', { timeout: 90_000 }, async () => {
    const { alice, bob, companyUuid } = acme
    const stalled = await conversationStream(
      await contextOf(app, companyUuid, alice),
      uuidOf(groupId),
      undefined,
    )
    await using watched = await watchTyping(acme.carol, groupId, bob)
    for (let sent = 0; sent < 60; sent += 1) await acme.carol.say({ conversationId: groupId }, `no ${sent}`)
    await setTyping(bob, groupId)
    await watched.until(() => typingIn(watched).length === 1)
    await acme.carol.say({ conversationId: groupId }, 'end')
    const types: string[] = []
    const take = async (): Promise<StreamValue> => (await stalled.next()).value
    for (let taken = 0; taken < 62; taken += 1) types.push((await take()).type)
    expect(new Set(types)).toEqual(new Set(['MessageSent']))
    // The next sign finds it with nothing waiting.
    await setTyping(bob, groupId)
    expect(await take()).toMatchObject({ type: 'TypingChanged', userId: bob.uuid, typing: true })
    await stalled.return?.()
  })
})

describe.skipIf(!redis)('typing at another server', () => {
  it('arrives through Redis, and ends there with the message', async () => {
    await using one = await startApp({ redisUrl: redis?.url ?? '' })
    await using two = await startApp({ redisUrl: redis?.url ?? '', beside: one })
    for (const { application } of [one, two]) await application.redis?.whenReady(30_000)
    const { alice, bob } = await one.company('Acme', { alice: 'owner', bob: 'member' })
    const sharedId = await alice.group('Plans', [bob])
    await using watched = await watchTyping(alice, sharedId, bob)
    const there = bob.at(two.url)
    await setTyping(there, sharedId)
    await watched.until(() => typingIn(watched).length === 1)
    await setTyping(there, sharedId, false)
    await watched.until(() => typingIn(watched).length === 2)
    await setTyping(there, sharedId)
    await watched.until(() => typingIn(watched).length === 3)
    await there.say({ conversationId: sharedId }, 'end')
    await finished(watched)
    expect(typingIn(watched).map(([, typing]) => typing)).toEqual([true, false, true, false])
  })
})
