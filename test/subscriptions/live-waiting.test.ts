import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createGraphQLServer } from '../../src/pipeline/yoga.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { openEventStream } from '../support/event-stream.ts'
import { cursorsOf, followInbox } from '../support/following.ts'
import { range } from '../support/stored-events.ts'

const INBOX = 'subscription { inboxEvents { __typename ... on ConversationActivity { message { body } } } }'
/** Longer than what was read is taken for what is. */
const WAITED_MS = 700
/** Longer than what is read for a subscriber is kept while it takes nothing. */
const PAUSED_MS = 2_500
/** Enough to follow with it, also on a busy machine. */
const TOKEN_SECONDS = 8

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

it('an event that waited for its subscriber shows a retraction, and is not delivered after a removal', async () => {
  const { alice, bob, carol } = acme
  const otherId = await alice.group('Other', [bob, carol])
  // Events that are not requested wait in the queue, because there is no network in between.
  const { yoga: pipeline } = createGraphQLServer({ services: app.application.services, demoUsers: null })
  await using events = await openEventStream(bob, INBOX, {}, {}, pipeline.fetch)
  await using witness = await openEventStream(carol, INBOX)
  await alice.say({ conversationId: groupId }, 'read ahead by the stream itself')
  const { id: messageId } = await alice.say({ conversationId: groupId }, 'retracted')
  await alice.say({ conversationId: otherId }, 'for who is still there')
  for (const _each of range(1, 3)) await witness.event()
  await sleep(WAITED_MS)
  await alice.mutate('retractMessage', { messageId })
  await alice.mutate('removeParticipant', { conversationId: otherId, userId: bob.userId })
  const shown: Data[] = []
  while (shown.at(-1)?.__typename !== 'ConversationRemoved') shown.push((await events.event()).event)
  expect(shown).toMatchObject([
    { message: { body: 'read ahead by the stream itself' } },
    { message: { body: null } },
    { __typename: 'InboxConversationChanged' },
    { __typename: 'ConversationRemoved' },
  ])
})

it.each([
  ['the end of the token', 'UNTOUCHED'],
  ['the end of the membership', 'DISABLED'],
] as const)('what waits for its turn is not delivered past %s', async (_end, member) => {
  const { alice, bob, companyUuid } = acme
  const { services } = app.application
  const { inbox: after } = await cursorsOf(bob, groupId)
  for (const at of range(1, 3)) await alice.say({ conversationId: groupId }, `missed ${at}`)
  // More than there are.
  const taken: (() => void)[] = []
  for (const _each of range(1, 20))
    void services.catchUps.take({ companyId: companyUuid }).then((end) => taken.push(end))
  const token = await app.issuer.mint({
    subject: bob.externalId,
    companyId: companyUuid,
    expiresInSeconds: member === 'DISABLED' ? 60 : TOKEN_SECONDS,
  })
  const follow = 'subscription ($after: String) { inboxEvents(after: $after) { __typename } }'
  await using events = await openEventStream(bob.at(bob.url, token), follow, { after })
  if (member === 'DISABLED')
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', isEnabled: false }],
    })
  else await sleep((TOKEN_SECONDS + 1) * 1_000)
  for (const _each of range(1, 20)) {
    taken.shift()?.()
    await setImmediate()
  }
  expect(await events.next()).toMatchObject({ event: 'complete' })
  expect(await events.next()).toBeUndefined()
})

it('a subscriber that pauses while catching up receives everything, once and in order', async () => {
  const { alice, bob } = acme
  const { inbox: after } = await cursorsOf(bob, groupId)
  const body = 'x'.repeat(30_000)
  for (const _ten of range(1, 8))
    await Promise.all(range(1, 10).map(() => alice.say({ conversationId: groupId }, body)))
  const { yoga: pipeline } = createGraphQLServer({ services: app.application.services, demoUsers: null })
  const follow = `subscription ($after: String) { inboxEvents(after: $after) {
    ... on ConversationActivity { message { seq } } ... on Discontinuity { cursor } } }`
  await using events = await openEventStream(bob, follow, { after }, {}, pipeline.fetch)
  const seqs: number[] = []
  const readUpTo = async (seq: number) => {
    while (seqs.at(-1) !== seq) seqs.push((await events.event()).event.message?.seq)
  }
  await readUpTo(3)
  // So long that what was read with it is given up.
  await sleep(PAUSED_MS)
  await alice.say({ conversationId: groupId }, 'meanwhile')
  await readUpTo(60)
  await sleep(PAUSED_MS)
  await readUpTo(81)
  await alice.say({ conversationId: groupId }, 'live')
  await readUpTo(82)
  expect(seqs).toEqual(range(1, 82))
})

it('a subscriber that joins a busy company receives events before the company falls silent', async () => {
  const { alice, bob, carol } = acme
  await using first = followInbox(bob, 'WebSocket', '... on ConversationActivity { message { seq } }')
  let isOver = false
  const writing = Promise.all(
    range(1, 20).map(async () => {
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
