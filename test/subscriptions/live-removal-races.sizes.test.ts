import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { cursorsOf, openSharedSocket } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'

const INBOX = `... on ConversationActivity { conversation { id } message { seq body author { name } } unread { total } }
  ... on InboxConversationChanged { conversation { id title } } ... on ConversationRemoved { unread { total } }`
const EVENTS = `... on MessageSent { message { seq body author { name } conversation { id title } } }
  ... on ParticipantsChanged { conversation { id title } joined { name } left { name } }
  ... on ReceiptAdvanced { user { name } } ... on ConversationRemoved { unread { total } }`
const ERROR = 50

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol], { access: 'PRIVATE' })
})
afterAll(async () => {
  expect(app.logged.filter(({ level }) => Number(level) >= ERROR)).toEqual([])
  await app[Symbol.asyncDispose]()
})

it('nothing that was committed after a removal is delivered, in 50 races', { timeout: 180_000 }, async () => {
  const { alice, bob, carol } = acme
  const heard: number[] = []
  await using socket = openSharedSocket(bob)
  const inbox = socket.start(`subscription { inboxEvents { __typename ${INBOX} } }`)
  for (let round = 0; round < 50; round += 1) {
    const { events: after } = await cursorsOf(bob, groupId)
    const group = socket.start(
      `subscription ($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) { __typename ${EVENTS} } }`,
      { id: groupId, after },
    )
    const begin = `${round} begins`
    await alice.say({ conversationId: groupId }, begin)
    await group.event(({ message }) => message?.body === begin)
    await Promise.all([
      ...[1, 2].map((at) => carol.say({ conversationId: groupId }, `${round}.${at}`)),
      alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId }),
      ...[3, 4].map((at) => carol.say({ conversationId: groupId }, `${round}.${at}`)),
    ])
    await group.until(({ isComplete }) => isComplete)
    expect(group.events.at(-1)?.__typename).toBe('ConversationRemoved')
    expect(group.answers.flatMap(({ errors }) => errors ?? [])).toEqual([])
    heard.push(...seqsOf(group))
    // Back in the group he may read all of it, so what is late until then would be his.
    await alice.say({ recipientId: bob.userId }, `${round} ends`)
    await inbox.event(({ message }) => message?.body === `${round} ends`)
    await alice.mutate('addParticipants', { conversationId: groupId, userIds: [bob.userId] })
  }
  const last = await alice.say({ conversationId: groupId }, 'over')
  await inbox.event(({ message }) => message?.seq === last.seq)
  expect(inbox.answers.flatMap(({ errors }) => errors ?? [])).toEqual([])
  heard.push(...seqsOf(inbox))
  const forbidden = await sentWithout(bob)
  expect(forbidden.length).toBeGreaterThan(10)
  expect(forbidden.filter((seq) => heard.includes(seq))).toEqual([])
})

const seqsOf = ({ events }: Recorder) =>
  events.flatMap(({ message, conversation }) =>
    conversation?.id === groupId || message?.conversation?.id === groupId ? (message?.seq ?? []) : [],
  )

/** Messages that were sent in the group while the person was not a participant. */
async function sentWithout({ uuid }: Client): Promise<number[]> {
  const where = { companyId: acme.companyUuid, conversationId: decodeId(groupId)?.uuid ?? null }
  const events = await app.application.services.database
    .forSystem(acme.companyUuid)
    .prisma.event.findMany({ where, orderBy: { position: 'asc' } })
  let isOut = false
  return events.flatMap(({ kind, seq, leftIds, joinedIds }) => {
    if (leftIds.includes(uuid)) isOut = true
    if (joinedIds.includes(uuid)) isOut = false
    return kind === 'MESSAGE_SENT' && isOut && seq !== null ? [seq] : []
  })
}
