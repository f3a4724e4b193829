import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client, Data } from './support/client.ts'
import { tableContents } from './support/table-contents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'bob' | 'carol' | 'audrey'>
let groupId: string
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', audrey: 'auditor' })
  groupId = await acme.alice.group('Plans', [acme.bob, acme.audrey], { access: 'PRIVATE' })
})

const EVENTS = `... on TypingChanged { user { id } typing } ... on MessageSent { message { body } }
  ... on ConversationRemoved { conversationId }`
const type = (client: Client, typing = true, conversationId = groupId): Promise<Data> =>
  client.mutate('setTyping', { conversationId, typing })
const typingOf = ({ userId }: Client, typing: boolean) => ({
  __typename: 'TypingChanged',
  user: { id: userId },
  typing,
})

describe('typing', () => {
  it('is shown to the others who follow the conversation, changes alone, and ends with what was typed', async () => {
    const { alice, bob } = acme
    await using alices = await alice.watch(groupId, EVENTS)
    await using bobs = await bob.watch(groupId, EVENTS)
    await alice.say({ conversationId: groupId }, 'begin')
    await Promise.all([alices.count(1), bobs.count(1)])
    await type(bob)
    await type(bob)
    await alices.count(2)
    await type(bob, false)
    await alices.count(3)
    await type(bob)
    await alices.count(4)
    await bob.say({ conversationId: groupId }, 'typed')
    await alices.count(6)
    expect(alices.events.slice(1)).toEqual([
      typingOf(bob, true),
      typingOf(bob, false),
      typingOf(bob, true),
      typingOf(bob, false),
      { __typename: 'MessageSent', message: { body: 'typed' } },
    ])
    await bobs.count(2)
    expect(bobs.events.map(({ __typename }) => __typename)).toEqual(['MessageSent', 'MessageSent'])
  })

  it('ends by itself', async () => {
    const { alice, bob } = acme
    await using alices = await alice.watch(groupId, EVENTS)
    await bob.say({ conversationId: groupId }, 'begin')
    await alices.count(1)
    await type(bob)
    await alices.count(2)
    await alices.count(3)
    expect(alices.events.at(-1)).toEqual(typingOf(bob, false))
  })

  it('is stored nowhere', async () => {
    await acme.bob.run('{ viewer { role { name } } }')
    const before = await tableContents(app.database.adminUrl)
    expect((await type(acme.bob)).__typename).toBe('SetTypingPayload')
    expect(await tableContents(app.database.adminUrl)).toEqual(before)
  })

  it('is shown to nobody who has been removed', async () => {
    const { alice, bob } = acme
    await using bobs = await bob.watch(groupId, EVENTS)
    await alice.say({ conversationId: groupId }, 'begin')
    await bobs.count(1)
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await type(alice)
    await bobs.until(({ isComplete }) => isComplete)
    expect(bobs.events.map(({ __typename }) => __typename)).toEqual(['MessageSent', 'ConversationRemoved'])
  })

  it('is refused where one cannot post', async () => {
    const { alice, bob, carol, audrey } = acme
    expect(await type(carol)).toMatchObject({ __typename: 'NotFoundError' })
    expect(await type(audrey)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MESSAGE_WRITE',
    })
    expect(await type(bob, true, 'nonsense')).toMatchObject({ __typename: 'InvalidInputError' })
    const { conversation } = await alice.mutate(
      'createGlobalConversation',
      { title: 'All' },
      'conversation { id }',
    )
    expect(await type(bob, true, conversation.id)).toMatchObject({ __typename: 'RepliesClosedError' })
  })
})
