import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { queueDigests } from '../../src/digests/queue-digests.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { type Opa, result, startOpa } from '../support/opa.ts'
import { setTyping, typingIn, watchTyping } from '../support/typing.ts'

/** Longer than decisions are kept. */
const SOON = { timeout: 8_000, interval: 200 }

describe('a policy that decides anew', () => {
  let opa: Opa
  let mail: MailServer
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob' | 'cal'>
  let dealId: string
  let groupId: string
  beforeAll(async () => {
    opa = await startOpa()
    mail = await startMailServer()
    app = await startApp({
      tasks,
      environment: {
        policy: { url: opa.url },
        mail: { smtpUrl: mail.url, from: 'Colloquy <chat@example.test>', requireTls: false },
      },
    })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await mail[Symbol.asyncDispose]()
    await opa[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    opa.answer = () => result(true)
    mail.taken.length = 0
    acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
    const { bob, cal } = acme
    groupId = await cal.group('Team', [bob])
    const opened = await cal.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId: 'deal', title: 'Secret deal', participantIds: [bob.userId] },
      'conversation { id }',
    )
    dealId = opened.conversation.id
  })

  const deny = (isDenied: boolean) => {
    opa.answer = (input: Data) => result(!(isDenied && input.user.id === acme.bob.userId))
  }
  const sees = async () =>
    (await acme.bob.run('query ($id: ID!) { conversation(id: $id) { id } }', { id: dealId })).conversation !==
    null
  const untilSeen = (isSeen: boolean) => expect.poll(sees, SOON).toBe(isSeen)

  it('is followed within 5 s by reads, counts and live events', async () => {
    const { bob, cal } = acme
    const total = async () => (await bob.run('{ viewer { unread { total } } }')).viewer.unread.total
    await cal.say({ conversationId: dealId }, 'Before')
    expect(await total()).toBe(1)
    await using conversation = await bob.watch(dealId, '... on MessageSent { message { body } }')
    await using inbox = await bob.inbox('... on ConversationActivity { message { body } }')
    await cal.say({ conversationId: dealId }, 'Live')
    await conversation.event(({ message }) => message?.body === 'Live')
    await inbox.event(({ message }) => message?.body === 'Live')
    deny(true)
    await untilSeen(false)
    expect(await total()).toBe(0)
    await cal.say({ conversationId: dealId }, 'Denied')
    await cal.say({ conversationId: groupId }, 'To the team')
    await inbox.event(({ message }) => message?.body === 'To the team')
    await conversation.until(({ isComplete }) => isComplete)
    expect(conversation.events.at(-1)).toMatchObject({ __typename: 'ConversationRemoved' })
    expect(JSON.stringify([inbox.events, conversation.events])).not.toContain('Denied')
    deny(false)
    await untilSeen(true)
    expect(await total()).toBe(4)
    await cal.say({ conversationId: dealId }, 'Allowed again')
    await inbox.event(({ message }) => message?.body === 'Allowed again')
  })

  it('keeps the typing of others from the person', async () => {
    const { bob, cal } = acme
    await using conversation = await watchTyping(bob, dealId, cal)
    await setTyping(cal, dealId)
    // Typing that ends before it was delivered is never told.
    await conversation.event(({ typing }) => typing === true)
    await setTyping(cal, dealId, false)
    await conversation.event(({ typing }) => typing === false)
    deny(true)
    await untilSeen(false)
    await setTyping(cal, dealId)
    await cal.say({ conversationId: dealId }, 'Denied')
    await conversation.until(({ isComplete }) => isComplete)
    expect(typingIn(conversation)).toEqual([
      [cal.userId, true],
      [cal.userId, false],
    ])
  })

  it('decides what a digest tells of as it is sent', async () => {
    const { ann, bob, cal } = acme
    await ann.mutate('updateCompanySettings', { emailDelayMinutes: 0 })
    await cal.say({ conversationId: dealId }, 'Denied')
    await cal.say({ conversationId: groupId }, 'To the team')
    deny(true)
    await untilSeen(false)
    await queueDigests(app.application.services)
    const bodies = () => mail.taken.filter(({ to }) => to.includes(bob.externalId)).map(({ body }) => body)
    await expect.poll(bodies).toHaveLength(1)
    expect(bodies()[0]).toContain('- Team: 1')
    expect(bodies()[0]).not.toMatch(/Secret deal|A conversation/)
  })
})
