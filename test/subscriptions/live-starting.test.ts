import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { conversationStream, inboxStream } from '../../src/subscriptions/streams.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { cursorsOf, followConversation } from '../support/following.ts'
import { sharedApp } from '../support/shared-app.ts'
import { changeManyTimes, range } from '../support/stored-events.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
let groupUuid: string
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol], { access: 'PRIVATE' })
  groupUuid = decodeId(groupId)?.uuid ?? ''
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a subscription that starts', () => {
  it('is rejected for a person who was removed after it was admitted', async () => {
    const { alice, bob } = acme
    const context = await contextOf(app, acme.companyUuid, bob)
    expect((await context.loaders.conversation.load(groupUuid))?.isMember).toBe(true)
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await expect(conversationStream(context, groupUuid, undefined)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('is rejected for a person who was disabled after it was admitted', async () => {
    const { alice, bob } = acme
    const context = await contextOf(app, acme.companyUuid, bob)
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', isEnabled: false }],
    })
    await expect(inboxStream(context, undefined)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('is rejected, or ends, for a person who is removed while it starts', async () => {
    const { alice, bob } = acme
    for (let round = 0; round < 10; round += 1) {
      const group = followConversation(bob, 'WebSocket', groupId, '')
      await bob.run('{ viewer { user { id } } }')
      await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
      await group.until(({ isComplete }) => isComplete)
      const [answer] = group.answers
      expect(answer?.errors?.[0]?.extensions?.code ?? group.events[0].__typename).toMatch(
        /^(NOT_FOUND|ConversationRemoved)$/,
      )
      await group[Symbol.asyncDispose]()
      await alice.mutate('addParticipants', { conversationId: groupId, userIds: [bob.userId] })
    }
  })

  it('hears everything although the only other one leaves at that moment', async () => {
    const { alice, bob, carol } = acme
    const [leaving, starting] = await Promise.all(
      [bob, carol].map((client) => contextOf(app, acme.companyUuid, client)),
    )
    if (!leaving || !starting) throw new Error('There are two.')
    const first = await inboxStream(leaving, undefined)
    const pending = inboxStream(starting, undefined)
    await first.return?.()
    const second = await pending
    await alice.say({ conversationId: groupId }, 'still here')
    expect(await second.next()).toMatchObject({ value: { type: 'ConversationActivity' }, done: false })
    await second.return?.()
  })

  it('hears nothing twice although the others have not heard it yet', async () => {
    const { alice, bob, carol } = acme
    const { inbox } = await cursorsOf(carol, groupId)
    const [early, late] = await Promise.all(
      [bob, carol].map((client) => contextOf(app, acme.companyUuid, client)),
    )
    if (!early || !late) throw new Error('There are two.')
    const first = await inboxStream(early, undefined)
    await alice.say({ conversationId: groupId }, 'begin')
    await first.next()
    await changeManyTimes(app, acme.companyUuid, groupId, 50)
    const second = await inboxStream(late, inbox)
    const seen = []
    for (let at = 0; at < 51; at += 1) seen.push(await second.next())
    await alice.say({ conversationId: groupId }, 'the end')
    seen.push(await second.next())
    const positions = seen.map(({ value }) => value?.position ?? 0)
    expect(positions).toEqual(range(positions[0] ?? 0, (positions[0] ?? 0) + 51))
    for (const stream of [first, second]) await stream.return?.()
  })
})

describe('the end of a subscription', () => {
  it('ends every wait for its next event', async () => {
    const context = await contextOf(app, acme.companyUuid, acme.bob)
    const stream = await inboxStream(context, undefined)
    const waiting = [stream.next(), stream.next(), stream.next()]
    await stream.return?.()
    expect(await Promise.all(waiting)).toEqual(Array(3).fill({ value: undefined, done: true }))
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })

  it('comes when the token expires', async () => {
    const context = await contextOf(app, acme.companyUuid, acme.bob)
    const viewer = { ...context.viewer, expiresAt: new Date(Date.now() + 500) }
    const stream = await inboxStream({ ...context, viewer }, undefined)
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })
})
