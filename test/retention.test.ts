import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../src/database/roles.ts'
import { queueDigests } from '../src/notifications/queue-digests.ts'
import { purge } from '../src/retention/purge.ts'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from './support/following.ts'
import type { Recorder } from './support/recorder.ts'
import { changeManyTimes, range } from './support/stored-events.ts'

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
afterAll(async () => {
  await app[Symbol.asyncDispose]()
})

async function onDatabase<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  let rows: Row[] = []
  await withClient(app.database.adminUrl, async (admin) => {
    rows = (await admin.query<Row>(text, values)).rows
  })
  return rows
}

/** Makes what there is of the company's events so many days older. */
const age = (days: number) =>
  onDatabase('update events set created_at = created_at - make_interval(days => $2) where company_id = $1', [
    acme.companyUuid,
    days,
  ])

const positions = async () =>
  (
    await onDatabase<{ position: string }>(
      'select position from events where company_id = $1 order by position',
      [acme.companyUuid],
    )
  ).map(({ position }) => Number(position))

/** Digests are looked for first: nothing is deleted before. */
async function sweep() {
  await onDatabase('update companies set email_delay_minutes = 0 where id = $1', [acme.companyUuid])
  await queueDigests(app.application.parts)
  return purge(app.application.parts)
}

async function refusal(recorder: Recorder) {
  const found = await recorder.until(
    ({ error, answers }) => (error as object[])?.[0] ?? answers[0]?.errors?.[0],
  )
  return found as { message: string; extensions: object }
}

describe.each<Transport>(['WebSocket', 'SSE'])('a cursor older than what is kept, over %s', (transport) => {
  it('is refused with what to do next, and the last one that is gone still holds', async () => {
    const { alice, bob } = acme
    const tooOld = await cursorsOf(bob, groupId)
    await alice.say({ conversationId: groupId }, 'old')
    const justGone = await cursorsOf(bob, groupId)
    await age(31)
    await alice.say({ conversationId: groupId }, 'young')
    expect((await sweep()).events).toBeGreaterThan(0)

    await using group = followConversation(bob, transport, groupId, SENT, tooOld.events)
    await using inbox = followInbox(bob, transport, '', tooOld.inbox)
    for (const recorder of [group, inbox]) {
      expect(await refusal(recorder)).toMatchObject({
        message: 'The cursor is too old: read the data anew, with its cursor, and subscribe from there.',
        extensions: { code: 'CURSOR_EXPIRED' },
      })
    }
    await using resumed = followConversation(bob, transport, groupId, SENT, justGone.events)
    expect(await resumed.count(1)).toMatchObject([{ message: { seq: 2 } }])
  })
})

describe('the purge', () => {
  it('keeps events for as long as the company says, and deletes none before one that is kept', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { eventRetentionDays: 2 })
    await alice.say({ conversationId: groupId }, 'one')
    await age(1)
    expect((await sweep()).events).toBe(0)
    const before = await positions()
    await alice.say({ conversationId: groupId }, 'two')
    // The clock of an earlier write may have been ahead.
    await onDatabase(
      `update events set created_at = now() - interval '9 days' where company_id = $1 and position <> $2`,
      [acme.companyUuid, before.at(1)],
    )
    await sweep()
    const last = Math.max(...(await positions()))
    expect(await positions()).toEqual(range(before.at(1) ?? 0, last))
    await age(9)
    await sweep()
    expect(await positions()).toEqual([])
    await using group = followConversation(
      bob,
      'WebSocket',
      groupId,
      SENT,
      (await cursorsOf(bob, groupId)).events,
    )
    await alice.say({ conversationId: groupId }, 'three')
    expect(await group.count(1)).toMatchObject([{ message: { seq: 3 } }])
    expect(await positions()).toEqual([last + 1])
  })

  it('touches no other company', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    await globex.gina.group('Theirs')
    await age(40)
    await sweep()
    expect(await positions()).toEqual([])
    const [{ count }] = (await onDatabase<{ count: number }>(
      'select count(*)::int as count from events where company_id = $1',
      [globex.companyUuid],
    )) as [{ count: number }]
    expect(count).toBeGreaterThan(0)
  })

  it('leaves what the e-mail digests have not looked at', async () => {
    await acme.alice.mutate('updateCompanySettings', { emailDelayMinutes: 10_080, eventRetentionDays: 1 })
    const kept = await positions()
    await age(3)
    await queueDigests(app.application.parts)
    await purge(app.application.parts)
    expect(await positions()).toEqual(kept)
  })

  it('works through any number, side by side with others', async () => {
    await changeManyTimes(app, acme.companyUuid, groupId, 2_500)
    await age(40)
    while ((await sweep()).events > 0);
    await changeManyTimes(app, acme.companyUuid, groupId, 2_500)
    await age(40)
    await sweep()
    const sums = await Promise.all([sweep(), sweep(), sweep()])
    expect(sums.length).toBe(3)
    while ((await sweep()).events > 0);
    expect(await positions()).toEqual([])
  })

  it('ends a replay that it overtakes rather than have it skip anything', async () => {
    const { events: after } = await cursorsOf(acme.bob, groupId)
    await changeManyTimes(app, acme.companyUuid, groupId, 3_000)
    await using replay = followConversation(acme.bob, 'WebSocket', groupId, CHANGED, after)
    await replay.count(1)
    await age(40)
    for (let swept = 1; swept > 0; ) swept = (await sweep()).events
    await replay.until(({ isComplete, events }) => isComplete || events.length === 3_000)
    if (replay.events.length === 3_000) return
    const { __typename, cursor } = replay.events.at(-1)
    expect(__typename).toBe('Discontinuity')
    await using resumed = followConversation(acme.bob, 'WebSocket', groupId, CHANGED, cursor)
    expect(await refusal(resumed)).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } })
  })

  it('deletes idempotency keys of a week ago and no others', async () => {
    const keyOf = async (idempotencyKey: string) =>
      acme.alice.say({ conversationId: groupId }, 'keyed', { idempotencyKey })
    await keyOf('old')
    await onDatabase(`update idempotency_keys set created_at = now() - interval '8 days' where key = 'old'`)
    const { seq } = await keyOf('young')
    await onDatabase(`update idempotency_keys set created_at = now() - interval '6 days' where key = 'young'`)
    expect(await purge(app.application.parts)).toMatchObject({ idempotencyKeys: 1 })
    expect((await keyOf('young')).seq).toBe(seq)
    expect((await keyOf('old')).seq).toBe(seq + 1)
  })
})
