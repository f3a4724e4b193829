import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { queueDigests } from '../../src/digests/queue-digests.ts'
import { purge } from '../../src/retention/purge.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { failWrites } from '../support/failing-writes.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeOlder, storedPositions, sweepOnce } from '../support/retention.ts'
import { changeManyTimes, range } from '../support/stored-events.ts'

const SENT = '... on MessageSent { cursor message { seq } } ... on Discontinuity { cursor }'

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

async function queueDigestsAtOnce(): Promise<void> {
  await onDatabase(app, 'update companies set email_delay_minutes = 0')
  await queueDigests(app.application.services)
}

const age = (days: number) => makeOlder(app, acme, days)
const sweep = () => sweepOnce(app, acme)
const positions = () => storedPositions(app, acme)

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
      expect(await recorder.rejection()).toMatchObject({
        message:
          'What followed this cursor is no longer kept: read the data anew, with its cursor, and subscribe from there.',
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
      app,
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

  it('deletes nothing of other companies', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    await globex.gina.group('Theirs')
    await age(40)
    await sweep()
    expect(await positions()).toEqual([])
    const [{ count }] = (await onDatabase<{ count: number }>(
      app,
      'select count(*)::int as count from events where company_id = $1',
      [globex.companyUuid],
    )) as [{ count: number }]
    expect(count).toBeGreaterThan(0)
  })

  it('goes on with the others though those of several companies in a row cannot be deleted', async () => {
    const failing = await Promise.all(
      ['Globex', 'Initech', 'Umbrella', 'Hooli'].map((name) => app.company(name, { gina: 'owner' })),
    )
    const last = await app.company('Vandelay', { art: 'owner' })
    for (const company of failing) await company.gina.group('Theirs')
    await last.art.group('Ours')
    for (const company of [acme, ...failing, last]) await makeOlder(app, company, 40)
    await queueDigestsAtOnce()
    {
      await using _failing = await failWrites(
        app,
        'events',
        failing.map(({ companyUuid }) => companyUuid),
      )
      expect(await purge(app.application.services)).toMatchObject({ failedCompanies: 4 })
    }
    for (const company of [acme, last]) expect(await storedPositions(app, company)).toEqual([])
    for (const company of failing) expect(await storedPositions(app, company)).not.toEqual([])
    expect(await purge(app.application.services)).toMatchObject({ failedCompanies: 0 })
    for (const company of failing) expect(await storedPositions(app, company)).toEqual([])
  })

  it('leaves what the e-mail digests have not looked at', async () => {
    await acme.alice.mutate('updateCompanySettings', { emailDelayMinutes: 10_080, eventRetentionDays: 1 })
    const kept = await positions()
    await age(3)
    await queueDigests(app.application.services)
    await purge(app.application.services)
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

  it('deletes idempotency keys of a week ago and no others', async () => {
    const keyOf = async (idempotencyKey: string) =>
      acme.alice.say({ conversationId: groupId }, 'keyed', { idempotencyKey })
    await keyOf('old')
    await onDatabase(
      app,
      `update idempotency_keys set created_at = now() - interval '8 days' where key = 'old'`,
    )
    const { seq } = await keyOf('young')
    await onDatabase(
      app,
      `update idempotency_keys set created_at = now() - interval '6 days' where key = 'young'`,
    )
    expect(await purge(app.application.services)).toMatchObject({ idempotencyKeys: 1 })
    expect((await keyOf('young')).seq).toBe(seq)
    expect((await keyOf('old')).seq).toBe(seq + 1)
  })
})
