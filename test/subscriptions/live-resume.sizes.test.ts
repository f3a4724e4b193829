import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import { libraryOf } from '../support/library.ts'
import type { Recorder } from '../support/recorder.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { positionOf } from '../support/stored-events.ts'

const STEPS = 90
const cursors = (types: string[]) => types.map((type) => `... on ${type} { cursor }`).join(' ')
const INBOX = `... on ConversationActivity { cursor message { id } }
  ${cursors(['ConversationRead', 'ConversationRemoved', 'InboxConversationChanged', 'Discontinuity'])}`
const EVENTS = `... on MessageSent { cursor message { id } }
  ${cursors(['MessageEdited', 'MessageRetracted', 'ReactionsChanged', 'MessageHidden', 'ReceiptAdvanced'])}
  ${cursors(['ParticipantsChanged', 'ConversationChanged', 'ConversationRemoved', 'Discontinuity'])}`

const redis = await sharedRedisForTests()
let app: TestApp
let beside: TestApp
beforeAll(async () => {
  app = await startApp({ ...(redis && { redisUrl: redis.url }) })
  beside = await startApp({ ...(redis && { redisUrl: redis.url }), beside: app })
})
afterAll(async () => {
  await beside[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
  await redis?.dispose()
})

type Random = () => number
type Follow = (url: string, transport: Transport, after: string) => Recorder

/** The type and position of an event, which must be the same for all subscribers, however they received it. */
const placeOf = ({ __typename, cursor }: Data) => `${positionOf(cursor)} ${__typename}`

/** Sends again for as long as more is being sent than the machine can store. */
async function sayUntilSent(by: Client, conversationId: string, body: string): Promise<Data> {
  const input = { conversationId, body, idempotencyKey: randomUUID() }
  const document =
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { id } } } }'
  for (;;) {
    const { data, errors } = await by.send(document, { input })
    const { code, retryAfterMs } = errors?.[0]?.extensions ?? {}
    if (code !== 'UNAVAILABLE') return data.sendMessage.message
    await delay(Number(retryAfterMs))
  }
}

/** People who write, edit, retract, react, read, mute, rename, and one who comes and goes. */
function actAtRandom(
  random: Random,
  people: { alice: Client; others: Client[]; dave: Client },
  groups: string[],
) {
  const pick = <T>(of: T[]): T => of[Math.floor(random() * of.length)] as T
  const everyMessage: string[] = []

  async function act(author: Client): Promise<void> {
    const mine: string[] = []
    for (let step = 0; step < STEPS; step += 1) {
      const by = author.at(pick([app.url, beside.url]))
      const conversationId = pick(groups)
      const dice = random()
      if (dice < 0.45 || mine.length === 0) {
        const { id } = await sayUntilSent(by, conversationId, `step ${step}`)
        mine.push(id)
        everyMessage.push(id)
      } else if (dice < 0.57) await by.mutate('editMessage', { messageId: pick(mine), body: `anew ${step}` })
      else if (dice < 0.64) await by.mutate('retractMessage', { messageId: mine.pop() })
      else if (dice < 0.76)
        await by.mutate('setReaction', { messageId: pick(everyMessage), emoji: '👍', on: step % 3 > 0 })
      else if (dice < 0.86) await by.mutate('markRead', { conversationId })
      else if (dice < 0.92) await by.mutate('muteConversation', { conversationId })
      else await administer(by, conversationId, step)
    }
  }

  async function administer(by: Client, conversationId: string, step: number): Promise<void> {
    const { alice, dave } = people
    if (by.uuid !== alice.uuid || step % 2) await by.mutate('muteConversation', { conversationId })
    else if (step % 3) await by.mutate('updateGroup', { groupId: conversationId, title: `Step ${step}` })
    else {
      await by.mutate('removeParticipant', { conversationId, userId: dave.userId })
      await by.mutate('addParticipants', { conversationId, userIds: [dave.userId] })
    }
  }

  return Promise.all([people.alice, ...people.others].map(act))
}

/** Follows in sessions that end anywhere, at any node; gives what they amount to, until `written` and then to the last. */
async function comeAndGo(
  random: Random,
  follow: Follow,
  start: string,
  { written, last }: { written: Promise<unknown>; last: Promise<string> },
): Promise<{ heard: string[]; sessions: number }> {
  const heard: string[] = []
  let after = start
  let sessions = 0
  let isOver = false
  void written.then(() => {
    isOver = true
  })
  const session = () =>
    follow(random() < 0.5 ? app.url : beside.url, random() < 0.5 ? 'WebSocket' : 'SSE', after)

  function keep(events: Data[]): void {
    heard.push(...events.map(placeOf))
    after = events.at(-1)?.cursor ?? after
  }

  while (!isOver) {
    await using recorder = session()
    sessions += 1
    const enough = Math.floor(random() * 25)
    await Promise.race([recorder.until(({ events }) => events.length >= enough), written])
    // It has received more, perhaps, and was cut off before it saw to it.
    keep(recorder.events.slice(0, enough))
  }
  const lastId = await last
  await using recorder = session()
  await recorder.event(({ message }) => message?.id === lastId)
  keep(recorder.events)
  return { heard, sessions }
}

describe('a subscriber that comes and goes under full load', () => {
  it.each([1, 2, 3, 4])('has what one that stayed has, seed %i', { timeout: 600_000 }, async (seed) => {
    const random = seededRandom(seed)
    const { alice, bob, carol, dave } = await app.company('Acme', {
      alice: 'owner',
      bob: 'member',
      carol: 'member',
      dave: 'member',
    })
    const groupId = await alice.group('Team', [bob, carol, dave])
    const groups = [groupId, await alice.group('Other', [bob, carol, dave])]
    const start = await cursorsOf(bob, groupId)
    const inbox: Follow = (url, transport, after) => followInbox(bob.at(url), transport, INBOX, after)
    const group: Follow = (url, transport, after) =>
      followConversation(bob.at(url), transport, groupId, EVENTS, after)
    await using inboxStayed = inbox(app.url, 'WebSocket', start.inbox)
    await using groupStayed = group(beside.url, 'WebSocket', start.events)
    await using library = libraryOf(bob)
    const byLibrary = library.inboxEvents({ after: start.inbox })

    const written = actAtRandom(random, { alice, others: [bob, carol], dave }, groups)
    const last = written.then(async () => (await sayUntilSent(alice, groupId, 'the last')).id)
    const [inboxPieces, groupPieces] = await Promise.all([
      comeAndGo(random, inbox, start.inbox, { written, last }),
      comeAndGo(random, group, start.events, { written, last }),
    ])

    const lastId = await last
    for (const recorder of [inboxStayed, groupStayed]) {
      await recorder.event(({ message }) => message?.id === lastId)
    }
    expect(inboxPieces.heard).toEqual(inboxStayed.events.map(placeOf))
    expect(groupPieces.heard).toEqual(groupStayed.events.map(placeOf))
    const taken: string[] = []
    while (taken.length < inboxPieces.heard.length) taken.push(placeOf((await byLibrary.next()).value))
    expect(taken).toEqual(inboxPieces.heard)

    const positions = inboxStayed.events.map(({ cursor }) => positionOf(cursor))
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
    expect(Math.min(inboxPieces.sessions, groupPieces.sessions)).toBeGreaterThan(2)
    const types = new Set(groupStayed.events.map(({ __typename }) => __typename))
    for (const type of [
      'MessageSent',
      'MessageEdited',
      'MessageRetracted',
      'ReactionsChanged',
      'ReceiptAdvanced',
    ]) {
      expect(types).toContain(type)
    }
  })
})
