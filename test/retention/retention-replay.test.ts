import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { signCursor } from '../../src/events/cursor.ts'
import { decodeId } from '../../src/ids.ts'
import type { StreamValue } from '../../src/subscriptions/stream-value.ts'
import { conversationStream } from '../../src/subscriptions/streams.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { cursorsOf, followConversation } from '../support/following.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeOlder, storedPositions, sweepOnce } from '../support/retention.ts'
import { changeManyTimes, range } from '../support/stored-events.ts'

const SENT = '... on MessageSent { cursor message { seq } } ... on Discontinuity { cursor }'
const CHANGED = '... on ConversationChanged { cursor } ... on Discontinuity { cursor }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())

const age = (days: number) => makeOlder(app, acme, days)
const sweep = () => sweepOnce(app, acme)
const positions = () => storedPositions(app, acme)

describe('a replay that deletion overtakes', () => {
  const EVENTS = 3_000

  /** Begins to replay, and waits for the subscriber while the rest is still in the database. */
  async function beginReplay() {
    const { bob, companyUuid } = acme
    const { events: after } = await cursorsOf(bob, groupId)
    const last = await changeManyTimes(app, companyUuid, groupId, EVENTS)
    const uuid = decodeId(groupId)?.uuid ?? ''
    const stream = await conversationStream(await contextOf(app, companyUuid, bob), uuid, after)
    await stream.next()
    return { stream, first: last - EVENTS + 1 }
  }

  /** Holds that the stream gives what was read before and nothing after it, and that there is no going on from there. */
  async function expectCutOff(stream: AsyncIterable<StreamValue>, first: number, gone: number) {
    const values: StreamValue[] = []
    for await (const value of stream) values.push(value)
    const lastRead = values.at(-1)?.position ?? 0
    expect(values.map(({ position }) => position)).toEqual([...range(first + 1, lastRead), lastRead])
    expect(values.at(-1)?.type).toBe('Discontinuity')
    expect(lastRead).toBeLessThan(gone)
    const keys = await app.application.services.keyring.forCompany(acme.companyUuid)
    const name = { userId: acme.bob.uuid, stream: decodeId(groupId)?.uuid ?? '' }
    await using resumed = followConversation(
      acme.bob,
      'WebSocket',
      groupId,
      CHANGED,
      signCursor(keys, name, lastRead),
    )
    expect(await resumed.rejection()).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
  }

  async function sweepAll() {
    for (let swept = 1; swept > 0; ) swept = (await sweep()).events
  }

  it('ends with what it has when nothing is left', async () => {
    const { stream, first } = await beginReplay()
    await age(40)
    await sweepAll()
    expect(await positions()).toEqual([])
    await expectCutOff(stream, first, first + EVENTS - 1)
  })

  it('does so beside somebody who has all of it', async () => {
    const { stream, first } = await beginReplay()
    const { events: now } = await cursorsOf(acme.alice, groupId)
    await using alice = followConversation(acme.alice, 'WebSocket', groupId, CHANGED, now)
    await acme.alice.mutate('updateGroup', { groupId, title: 'Another' })
    await alice.count(1)
    await age(40)
    await sweepAll()
    await expectCutOff(stream, first, first + EVENTS - 1)
    expect(alice.isComplete).toBe(false)
  })

  it('ends with what it has when the oldest of the rest are gone', async () => {
    const { stream, first } = await beginReplay()
    await age(40)
    await sweep()
    const [oldest = 0] = await positions()
    expect(oldest).toBeGreaterThan(first + EVENTS / 4)
    await expectCutOff(stream, first, oldest - 1)
  })
})

it('no event is deleted before those that are older', async () => {
  await changeManyTimes(app, acme.companyUuid, groupId, 10)
  const before = await positions()
  const remove = (which: string) =>
    onDatabase(app, `delete from events where company_id = $1 and position ${which}`, [acme.companyUuid])
  const [first = 0] = before
  for (const which of [`= ${first + 5}`, `> ${first + 5}`, `in (${first}, ${first + 2})`]) {
    await expect(remove(which)).rejects.toThrow('Only the oldest events of a company can be deleted.')
  }
  expect(await positions()).toEqual(before)
  await remove(`<= ${first + 5}`)
  expect(await positions()).toEqual(before.slice(6))
})

it('a subscription for whom events are deleted before they are read ends rather than passing over them', async () => {
  const { events: now } = await cursorsOf(acme.bob, groupId)
  await using bob = followConversation(acme.bob, 'WebSocket', groupId, `${SENT} ${CHANGED}`, now)
  const { seq } = await acme.alice.say({ conversationId: groupId }, 'heard')
  await bob.event(({ message }) => message?.seq === seq)
  await withClient(app.database.adminUrl, async (admin) => {
    const group = decodeId(groupId)?.uuid
    await admin.query('begin')
    await admin.query(`select set_config('app.company_id', $1, true)`, [acme.companyUuid])
    await admin.query(`select app.append_event('CONVERSATION_CHANGED', $1) from generate_series(1, 3)`, [
      group,
    ])
    await admin.query('delete from events where company_id = $1', [acme.companyUuid])
    await admin.query('commit')
  })
  await bob.until(({ isComplete }) => isComplete)
  expect(bob.events.map(({ __typename }) => __typename)).toEqual(['MessageSent', 'Discontinuity'])
  await using resumed = followConversation(acme.bob, 'WebSocket', groupId, SENT, bob.events.at(-1)?.cursor)
  expect(await resumed.rejection()).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
})
