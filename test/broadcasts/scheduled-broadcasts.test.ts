import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { tasks } from '../../src/tasks.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'

let app: TestApp
let other: TestApp
beforeAll(async () => {
  app = await startApp({ tasks })
  other = await startApp({ beside: app, tasks })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})

let acme: TestCompany<'alice' | 'sara' | 'bob' | 'carol'>
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', sara: 'supervisor', bob: 'member', carol: 'member' })
})

const FIELDS =
  'id status subject body schedule { localTime timeZone } scheduledFor sentAt recipientCount conversation { id }'
const schedule = (client: Client, when: Data, more: Data = {}): Promise<Data> =>
  client.mutate(
    'sendBroadcast',
    { audience: 'ALL', subject: 'Later', body: 'Soon enough', schedule: when, ...more },
    `broadcast { ${FIELDS} }`,
  )
/** So many seconds from now on a clock in London, whose zone the machine's need not be. */
const inSeconds = (seconds: number, timeZone = 'Europe/London'): Data => {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return { localTime: clock.format(new Date(Date.now() + seconds * 1000)).replace(' ', 'T'), timeZone }
}
const see = async (client: Client, id: string): Promise<Data> =>
  (await client.run(`query ($id: ID!) { broadcast(id: $id) { ${FIELDS} } }`, { id })).broadcast
const feed = async (client: Client): Promise<string[]> =>
  (await client.run('{ broadcasts { nodes { subject } } }')).broadcasts.nodes.map(
    ({ subject }: Data) => subject,
  )
/** Lets its time come, as if the hours had passed. */
const hurry = (id: string) =>
  withClient(app.database.adminUrl, async (admin) => {
    const uuid = Buffer.from(id, 'base64url').toString().split(':')[1]
    await admin.query(`update broadcasts set scheduled_for = now() - interval '1 second' where id = $1`, [
      uuid,
    ])
    await admin.query(`update graphile_worker._private_jobs set run_at = now() where key like '%' || $1`, [
      uuid,
    ])
  })

describe('a scheduled broadcast', () => {
  it('waits, seen by its author alone, and is sent at its time, once, with two schedulers running', async () => {
    const { sara, bob } = acme
    await using inbox = await bob.inbox('... on BroadcastReceived { broadcast { subject body } notify }')
    const when = inSeconds(3_600)
    const { broadcast } = await schedule(sara, when)
    expect(broadcast).toMatchObject({ status: 'SCHEDULED', schedule: when, sentAt: null, conversation: null })
    expect(Math.abs(Date.parse(broadcast.scheduledFor) - Date.now() - 3_600_000)).toBeLessThan(60_000)
    expect(await feed(sara)).toEqual(['Later'])
    expect(await feed(bob)).toEqual([])
    expect(await see(bob, broadcast.id)).toBeNull()
    await hurry(broadcast.id)
    await inbox.count(1)
    expect(inbox.events[0]).toEqual({
      __typename: 'BroadcastReceived',
      broadcast: { subject: 'Later', body: 'Soon enough' },
      notify: true,
    })
    expect(await see(sara, broadcast.id)).toMatchObject({ status: 'SENT', recipientCount: 3 })
    await sara.mutate('sendBroadcast', { audience: 'ALL', subject: 'After', body: 'x' })
    await inbox.count(2)
    expect(await feed(bob)).toEqual(['After', 'Later'])
  })

  it('comes by itself within seconds of a time that is near', async () => {
    const { sara, bob } = acme
    await using inbox = await bob.inbox('... on BroadcastReceived { broadcast { subject } }')
    await schedule(sara, inSeconds(5))
    await inbox.count(1)
  })

  it('is rescheduled and cancelled, or the author learns that it is too late', async () => {
    const { sara, bob } = acme
    const { broadcast } = await schedule(sara, inSeconds(3_600))
    const later = inSeconds(7_200, 'America/New_York')
    const moved = await sara.mutate(
      'rescheduleBroadcast',
      { broadcastId: broadcast.id, schedule: later },
      `broadcast { ${FIELDS} }`,
    )
    expect(moved.broadcast).toMatchObject({ status: 'SCHEDULED', schedule: later })
    const cancel = (id: string) =>
      sara.mutate('cancelBroadcast', { broadcastId: id }, `broadcast { ${FIELDS} }`)
    expect((await cancel(broadcast.id)).broadcast).toMatchObject({ status: 'CANCELLED' })
    expect(await cancel(broadcast.id)).toMatchObject({ __typename: 'ConflictError' })
    await hurry(broadcast.id)
    const sent = (await schedule(sara, inSeconds(3_600), { subject: 'Now' })).broadcast
    await using inbox = await bob.inbox('... on BroadcastReceived { broadcast { subject } }')
    await hurry(sent.id)
    await inbox.count(1)
    expect(inbox.events[0]).toMatchObject({ broadcast: { subject: 'Now' } })
    expect(await cancel(sent.id)).toMatchObject({
      __typename: 'ConflictError',
      detail: 'The broadcast has been sent already.',
    })
    expect(await sara.mutate('rescheduleBroadcast', { broadcastId: sent.id, schedule: later })).toMatchObject(
      { __typename: 'ConflictError' },
    )
    expect(await feed(bob)).toEqual(['Now'])
  })

  it('is sent or cancelled, never both, when both are tried at the same instant', async () => {
    const { alice, sara, bob } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 100 })
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        const { broadcast } = await schedule(sara, inSeconds(3_600), { subject: `No ${at}` })
        await hurry(broadcast.id)
        const answer = await sara.mutate('cancelBroadcast', { broadcastId: broadcast.id })
        return { subject: `No ${at}`, id: broadcast.id, type: answer.__typename }
      }),
    )
    for (const { id, subject, type } of outcomes) {
      const cancelled = type === 'CancelBroadcastPayload'
      expect((await see(sara, id)).status).toBe(cancelled ? 'CANCELLED' : 'SENT')
      expect((await feed(bob)).includes(subject)).toBe(!cancelled)
    }
  })

  it('is cancelled when its author may no longer send it', async () => {
    const { alice, sara, bob } = acme
    const { broadcast } = await schedule(sara, inSeconds(3_600))
    await alice.mutate('syncMembers', {
      members: [{ externalId: sara.externalId, name: 'Sara', isEnabled: false }],
    })
    await hurry(broadcast.id)
    const uuid = Buffer.from(broadcast.id, 'base64url').toString().split(':')[1]
    const status = () =>
      withClient(app.database.adminUrl, async (admin) => {
        const { rows } = await admin.query('select status from broadcasts where id = $1', [uuid])
        return rows[0].status
      })
    await expect.poll(status, { timeout: 30_000 }).toBe('CANCELLED')
    expect(await feed(bob)).toEqual([])
  })

  it('counts when it is sent, and waits while the company has had its broadcasts of the hour', async () => {
    const { alice, sara, bob } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 2 })
    const made: Data[] = []
    for (const subject of ['A', 'B', 'C']) made.push(await schedule(sara, inSeconds(3_600), { subject }))
    const [a, b, c] = made.map(({ broadcast }) => broadcast.id)
    await sara.mutate('sendBroadcast', { audience: 'ALL', subject: 'Now', body: 'x' })
    await hurry(a)
    await expect.poll(async () => (await see(sara, a)).status, { timeout: 30_000 }).toBe('SENT')
    const full = await sara.send(
      'mutation { sendBroadcast(input: { audience: ALL, subject: "a", body: "b" }) { __typename } }',
    )
    expect(full.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' })

    await hurry(b)
    const waitsUntil = (id: string) =>
      withClient(app.database.adminUrl, async (admin) => {
        const uuid = Buffer.from(id, 'base64url').toString().split(':')[1]
        const { rows } = await admin.query<{ minutes: number }>(
          `select extract(epoch from j.run_at - now())::float / 60 as minutes
           from graphile_worker._private_jobs j where j.key like '%' || $1 and j.locked_at is null`,
          [uuid],
        )
        return rows.map(({ minutes }) => Math.ceil(minutes))
      })
    await expect.poll(() => waitsUntil(b), { timeout: 30_000 }).toEqual([60])
    expect(await see(sara, b)).toMatchObject({ status: 'SCHEDULED' })
    await withClient(app.database.adminUrl, (admin) =>
      admin.query(`update broadcasts set sent_at = sent_at - interval '1 hour' where company_id = $1`, [
        acme.companyUuid,
      ]),
    )
    await hurry(b)
    await expect.poll(async () => (await see(sara, b)).status, { timeout: 30_000 }).toBe('SENT')
    expect(await feed(bob)).toEqual(expect.arrayContaining(['Now', 'A', 'B']))

    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 0 })
    await hurry(c)
    await expect.poll(async () => (await see(sara, c)).status, { timeout: 30_000 }).toBe('CANCELLED')
  })

  it('is refused for a time that cannot be, in plain words', async () => {
    const { sara, bob } = acme
    const year = new Date().getUTCFullYear() + 1
    const spring = lastSunday(year, 2)
    for (const [when, path] of [
      [inSeconds(-60), 'localTime'],
      [{ localTime: `${year + 2}-01-01T00:00:00`, timeZone: 'UTC' }, 'localTime'],
      [{ localTime: `${spring}T02:30:00`, timeZone: 'Europe/Berlin' }, 'localTime'],
      [{ ...inSeconds(60), timeZone: 'Mars/Olympus' }, 'timeZone'],
      [{ ...inSeconds(60), timeZone: '+02:00' }, 'timeZone'],
    ] as const) {
      expect(await schedule(sara, when)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['schedule', path] }],
      })
    }
    const malformed = await sara.send(
      'mutation ($input: SendBroadcastInput!) { sendBroadcast(input: $input) { __typename } }',
      {
        input: {
          audience: 'ALL',
          subject: 'a',
          body: 'b',
          schedule: { localTime: 'tomorrow', timeZone: 'UTC' },
        },
      },
    )
    expect(malformed.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
    const { broadcast } = await schedule(sara, inSeconds(3_600))
    for (const field of ['cancelBroadcast', 'rescheduleBroadcast']) {
      const input = { broadcastId: broadcast.id, ...(field.startsWith('re') && { schedule: inSeconds(60) }) }
      expect(await acme.alice.mutate(field, input)).toMatchObject({ __typename: 'NotFoundError' })
      expect(await bob.mutate(field, input)).toMatchObject({ __typename: 'PermissionDeniedError' })
    }
  })
})

/** The day on which Europe's clocks go forward (month 2) or back (month 9). */
function lastSunday(year: number, month: number): string {
  const day = new Date(Date.UTC(year, month + 1, 0))
  day.setUTCDate(day.getUTCDate() - day.getUTCDay())
  return day.toISOString().slice(0, 10)
}
