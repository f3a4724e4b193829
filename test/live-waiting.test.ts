import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import { cursorsOf, followInbox } from './support/following.ts'
import { openSocket } from './support/raw-socket.ts'
import { range } from './support/stored-events.ts'

const INBOX = `subscription ($after: String) { inboxEvents(after: $after) { __typename
  ... on ConversationActivity { conversation { id } message { seq body } }
  ... on ConversationRemoved { conversationId } ... on Discontinuity { cursor } } }`
/** More than the buffers between server and client take. */
const MESSAGES = 400

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol])
})
afterAll(() => app[Symbol.asyncDispose]())

describe('what waits for a subscriber that does not read', () => {
  it('is delivered neither after a retraction nor after a removal', { timeout: 120_000 }, async () => {
    const { alice, bob } = acme
    const { inbox: after } = await cursorsOf(bob, groupId)
    const said = async () => await alice.say({ conversationId: groupId }, 'x'.repeat(32 * 1024))
    for (const _ten of range(1, MESSAGES / 10)) await Promise.all(range(1, 10).map(said))
    const { socket, say, frame, frames } = await openSocket(bob.url, { authorization: `Bearer ${bob.token}` })
    say({ type: 'subscribe', id: 'inbox', payload: { query: INBOX, variables: { after } } })
    await frame(({ type }) => type === 'next')
    socket.pause()
    const seqsOf = () =>
      frames.flatMap(({ payload }) => payload?.data?.inboxEvents?.message?.seq ?? []).sort((a, b) => a - b)
    const early = seqsOf().length
    const { conversation } = await alice.run(
      'query ($id: ID!) { conversation(id: $id) { lastMessage { id } } }',
      { id: groupId },
    )
    await alice.mutate('retractMessage', { messageId: conversation.lastMessage.id })
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    socket.resume()
    await frame(({ payload }) => payload?.data?.inboxEvents?.__typename === 'ConversationRemoved')
    expect(early).toBeLessThan(MESSAGES)
    expect(seqsOf().length).toBeLessThan(MESSAGES)
    expect(seqsOf()).not.toContain(MESSAGES)
    socket.terminate()
  })
})

it('somebody who comes to a busy company hears what is said before it falls silent', async () => {
  const { alice, bob, carol } = acme
  await using first = followInbox(bob, 'WebSocket', '... on ConversationActivity { message { seq } }')
  let isOver = false
  const writing = Promise.all(
    range(1, 5).map(async () => {
      while (!isOver) await alice.say({ conversationId: groupId }, 'busy')
    }),
  )
  await first.count(20)
  const { inbox: after } = await cursorsOf(carol, groupId)
  await using late = followInbox(carol, 'WebSocket', '... on ConversationActivity { message { seq } }', after)
  await late.count(50).finally(() => {
    isOver = true
  })
  await writing
})
