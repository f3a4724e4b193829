import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WINDOW } from '../../src/events/event-page.ts'
import { decodeId } from '../../src/ids.ts'
import type { StreamValue } from '../../src/subscriptions/stream-value.ts'
import { conversationStream, inboxStream } from '../../src/subscriptions/streams.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { cursorsOf, followConversation, followInbox } from '../support/following.ts'
import { changeManyTimes, positionOf } from '../support/stored-events.ts'

const cursors = (types: string[]) => types.map((type) => `... on ${type} { cursor }`).join(' ')
const INBOX = `... on ConversationActivity { cursor message { id } } ... on ConversationRemoved { cursor conversationId }
  ${cursors(['ConversationRead', 'InboxConversationChanged', 'BroadcastReceived', 'Discontinuity'])}`
const EVENTS = `... on MessageSent { cursor message { id } }
  ${cursors(['MessageEdited', 'MessageRetracted', 'ReactionsChanged', 'MessageHidden', 'ReceiptAdvanced'])}
  ${cursors(['ParticipantsChanged', 'ConversationChanged', 'ConversationRemoved', 'Discontinuity'])}`
/** More than is looked through at once. */
const MANY = WINDOW + 1_000

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

const placeOf = ({ __typename, cursor }: Data) => `${positionOf(cursor)} ${__typename}`

describe('an event that a subscriber missed', () => {
  it('is found among all other events of the company, and live events follow', {
    timeout: 60_000,
  }, async () => {
    const { alice, bob, companyUuid } = acme
    const elsewhere = await alice.group('Without Bob')
    const { inbox, events } = await cursorsOf(bob, groupId)
    const missed: string[] = []
    for (const body of ['first', 'second']) {
      missed.push((await alice.say({ conversationId: groupId }, body)).id)
      await changeManyTimes(app, companyUuid, elsewhere, MANY)
    }
    await using mine = followInbox(bob, 'WebSocket', INBOX, inbox)
    await using group = followConversation(bob, 'WebSocket', groupId, EVENTS, events)
    await Promise.all([mine.count(2), group.count(2)])
    missed.push((await alice.say({ conversationId: groupId }, 'now')).id)
    for (const recorder of [mine, group]) {
      const heard = await recorder.count(3)
      expect(heard.map(({ message }) => message.id)).toEqual(missed)
    }
  })

  it('is the same as the live one, for every kind of event', async () => {
    const { alice, bob } = acme
    const left = await alice.group('To be left', [bob])
    const hidden = await alice.group('To be hidden', [bob])
    await alice.say({ conversationId: hidden }, 'before it is hidden')
    const forgotten = await alice.say({ conversationId: groupId }, 'to be deleted for oneself')
    const { inbox, events } = await cursorsOf(bob, groupId)
    await using mine = followInbox(bob, 'WebSocket', INBOX, inbox)
    await using group = followConversation(bob, 'WebSocket', groupId, EVENTS, events)

    const last = await everyKind(acme, { groupId, left, hidden, forgottenId: forgotten.id })
    await mine.event(({ message }) => message?.id === last)
    await group.event(({ message }) => message?.id === last)
    await using mineAgain = followInbox(bob, 'WebSocket', INBOX, inbox)
    await using groupAgain = followConversation(bob, 'WebSocket', groupId, EVENTS, events)
    await mineAgain.event(({ message }) => message?.id === last)
    await groupAgain.event(({ message }) => message?.id === last)
    expect(mineAgain.events.map(placeOf)).toEqual(mine.events.map(placeOf))
    expect(groupAgain.events.map(placeOf)).toEqual(group.events.map(placeOf))
    const kinds = (heard: Data[]) => new Set(heard.map(({ __typename }) => __typename)).size
    expect([kinds(mine.events), kinds(group.events)]).toEqual([5, 8])
  })

  it.each(['inbox', 'group'])('ends the %s with the access that was lost meanwhile', async (which) => {
    const { alice, bob, companyUuid } = acme
    const after = await cursorsOf(bob, groupId)
    await changeManyTimes(app, companyUuid, groupId, 1_000)
    const context = await contextOf(app, companyUuid, bob)
    const stream = await (which === 'inbox'
      ? inboxStream(context, after.inbox)
      : conversationStream(context, decodeId(groupId)?.uuid ?? '', after.events))
    expect(await stream.next()).toMatchObject({ done: false })
    await must(alice, 'updateCompanySettings', { safeMode: true })
    const heard: StreamValue[] = []
    for await (const value of stream) heard.push(value)
    expect(heard.map(({ type }) => type)).not.toContain('Discontinuity')
  })

  it('is not read again when a subscriber resumes after an interruption', async () => {
    await using stopped = await startApp({ beside: app })
    const { alice, bob, companyUuid } = acme
    const elsewhere = await alice.group('Without Bob')
    const { inbox } = await cursorsOf(bob, groupId)
    await alice.say({ conversationId: groupId }, 'missed')
    const head = await changeManyTimes(app, companyUuid, elsewhere, 10)
    const stream = await inboxStream(await contextOf(stopped, companyUuid, bob), inbox)
    expect((await stream.next()).value).toMatchObject({ type: 'ConversationActivity' })
    stopped.application.services.live.interrupt()
    expect((await stream.next()).value).toMatchObject({ type: 'Discontinuity', position: head })
  })
})

/** Has everything happen that concerns an inbox or a group, and gives the id of the last message. */
async function everyKind(
  { alice, bob, carol }: TestCompany<'alice' | 'bob' | 'carol'>,
  { groupId, left, hidden, forgottenId }: Record<'groupId' | 'left' | 'hidden' | 'forgottenId', string>,
): Promise<string> {
  const conversationId = groupId
  const spoken = await alice.say({ conversationId }, 'to be changed')
  const gone = await alice.say({ conversationId }, 'to be retracted')
  await must(alice, 'editMessage', { messageId: spoken.id, body: 'changed' })
  await must(alice, 'retractMessage', { messageId: gone.id })
  await must(bob, 'hideMessage', { messageId: forgottenId })
  await must(carol, 'setReaction', { messageId: spoken.id, emoji: '👍', on: true })
  await must(bob, 'acknowledgeDelivery', { marks: [{ conversationId, upToSeq: spoken.seq }] })
  await must(carol, 'markRead', { conversationId })
  await must(bob, 'markRead', { conversationId })
  await must(bob, 'markUnread', { conversationId, fromSeq: 1 })
  await must(bob, 'muteConversation', { conversationId })
  await must(alice, 'updateGroup', { groupId, title: 'Renamed' })
  await must(alice, 'removeParticipant', { conversationId, userId: carol.userId })
  await must(alice, 'addParticipants', { conversationId, userIds: [carol.userId] })
  await must(alice, 'removeParticipant', { conversationId: left, userId: bob.userId })
  await must(bob, 'hideConversation', { conversationId: hidden })
  await must(alice, 'removeParticipant', { conversationId: hidden, userId: bob.userId })
  const record = { type: 'TRANSACTION', contextId: 'INV-1', title: 'Invoice 1' }
  const { conversation } = await must(alice, 'openContextConversation', record, 'conversation { id }')
  await alice.say({ conversationId: conversation.id }, 'for the whole company')
  await alice.say({ recipientId: bob.userId }, 'for Bob alone')
  const announcement = { audience: 'ALL', subject: 'News', body: 'We moved.' }
  const { broadcast } = await must(alice, 'sendBroadcast', announcement, 'broadcast { id }')
  await must(alice, 'remindUnreadRecipients', { broadcastId: broadcast.id })
  const last = await alice.say({ conversationId }, 'the last')
  return last.id
}

async function must(client: Client, field: string, input: Data, selection = ''): Promise<Data> {
  const result = await client.mutate(field, input, selection)
  expect(result).toMatchObject({ __typename: expect.stringMatching(/Payload$/) })
  return result
}
