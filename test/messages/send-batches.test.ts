import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { waitingStatements } from '../support/waiting-statements.ts'
import { assertWhole as assertWholeIn, sender as senderIn } from './whole-streams.ts'

type Company = TestCompany<'alice' | 'bob' | 'carol'>

let app: TestApp
beforeAll(async () => {
  app = await startApp({ poolSize: 20 })
})
afterAll(() => app[Symbol.asyncDispose]())

const company = (name: string): Promise<Company> =>
  app.company(name, { alice: 'owner', bob: 'member', carol: 'member' })

const sender = (companyUuid: string, person: Client) => senderIn(app, companyUuid, person)
const assertWhole = (companyUuid: string) => assertWholeIn(app, companyUuid)

describe('sends that go together', () => {
  it('leave what they would have left one after another, whatever is among them', async () => {
    const random = seededRandom(11)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const companies = await Promise.all(['One', 'Two', 'Three'].map(company))
    const rooms = await Promise.all(
      companies.map(async ({ alice, bob, carol }) => [
        await alice.group('First', [bob, carol]),
        await alice.group('Second', [bob]),
        (await alice.say({ recipientId: bob.userId }, 'Hello')).conversationId as string,
      ]),
    )
    const senders = await Promise.all(
      companies.map(({ alice, bob, carol, companyUuid }) =>
        Promise.all([alice, bob, carol].map((person) => sender(companyUuid, person))),
      ),
    )
    const expected = companies.map(() => 1)
    const query = vi.spyOn(pg.Client.prototype, 'query')
    for (let round = 0; round < 25; round += 1) {
      const sends = Array.from({ length: 1 + Math.floor(random() * 90) }, async (_, index) => {
        const at = Math.floor(random() * 3)
        const who = Math.floor(random() * 3)
        const room = Math.floor(random() * 3)
        const fault = random()
        const send = senders[at]?.[who] as (input: Record<string, unknown>) => Promise<string>
        const foreign = fault < 0.05
        const conversationId = foreign ? rooms[(at + 1) % 3]?.[room] : rooms[at]?.[room]
        const twin = fault > 0.9 ? { idempotencyKey: `${round} ${index}` } : {}
        const input = { conversationId, body: `Number ${index} of ${round}`, ...twin }
        const outcomes = await Promise.all([send(input), ...(fault > 0.95 ? [send(input)] : [])])
        const isMember = !foreign && (room === 0 || who < 2)
        if (isMember) expected[at] = (expected[at] ?? 0) + 1
        expect(new Set(outcomes).size).toBe(1)
        expect(outcomes[0]).toMatch(isMember ? /^[0-9a-f-]{36}$/ : /^(NotFoundError|PermissionDeniedError)$/)
      })
      await Promise.all(sends)
      if (pick([true, false])) await companies[0]?.bob.mutate('markRead', { conversationId: rooms[0]?.[1] })
    }
    const batches = query.mock.calls.flatMap(([config]) => {
      const { name, values } = config as unknown as { name: string; values: unknown[][] }
      return name === 'send_messages' ? [values] : []
    })
    query.mockRestore()
    expect(
      batches.some(([companyIds]) => new Set(companyIds).size === 3 && Number(companyIds?.length) > 3),
    ).toBe(true)
    expect(Math.max(...batches.map(([, users]) => users?.length ?? 0))).toBeLessThanOrEqual(64)
    for (const [at, { companyUuid }] of companies.slice(1).entries())
      expect(await assertWhole(companyUuid)).toHaveLength(expected[at + 1] as number)
  })

  it('give twins of one key one message', async () => {
    const { alice, bob, companyUuid } = await company('Twins')
    const conversationId = await alice.group('Twins', [bob])
    const send = await sender(companyUuid, alice)
    const input = { conversationId, body: 'Once', idempotencyKey: 'twin' }
    const other = { ...input, body: 'Otherwise' }
    const outcomes = await Promise.all([send(input), send(input), send(other), send(input)])
    expect(new Set([outcomes[0], outcomes[1], outcomes[3]]).size).toBe(1)
    expect(outcomes[2]).toBe('ConflictError')
    expect(await assertWhole(companyUuid)).toHaveLength(1)
  })

  it('wait for a lock in their own conversation alone', async () => {
    const [one, two] = [await company('Locked'), await company('Open')]
    const [locked, open] = [
      await one.alice.group('Locked', [one.bob]),
      await one.alice.group('Open', [one.bob]),
    ]
    const elsewhere = await two.alice.group('Elsewhere', [two.bob])
    const [alice, bob, other] = await Promise.all([
      sender(one.companyUuid, one.alice),
      sender(one.companyUuid, one.bob),
      sender(two.companyUuid, two.alice),
    ])
    let held: Promise<string>[] = []
    await withClient(app.database.adminUrl, async (holder) => {
      await holder.query('begin')
      await holder.query(`select from conversations where company_id = $1 and title = 'Locked' for update`, [
        one.companyUuid,
      ])
      held = [1, 2, 3].map((n) => alice({ conversationId: locked, body: `Held ${n}` }))
      const free = await Promise.all([
        bob({ conversationId: open, body: 'Free' }),
        other({ conversationId: elsewhere, body: 'Free' }),
      ])
      for (const id of free) expect(id).toMatch(/^[0-9a-f-]{36}$/)
      await waitingStatements(app.database.adminUrl, (pids) => pids.length >= 1)
      expect(await bob({ conversationId: open, body: 'Free still' })).toMatch(/^[0-9a-f-]{36}$/)
      await holder.query('rollback')
    })
    for (const id of await Promise.all(held)) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await assertWhole(one.companyUuid)).toHaveLength(5)
    expect(await assertWhole(two.companyUuid)).toHaveLength(1)
  })

  it('are refused to somebody whose membership ends while they are written, and to nobody else', async () => {
    const { alice, bob, carol, companyUuid } = await company('Leaving')
    const conversationId = await alice.group('Room', [bob, carol])
    const [stays, leaves] = await Promise.all([sender(companyUuid, bob), sender(companyUuid, carol)])
    let sent: Promise<string[]> = Promise.resolve([])
    await withClient(app.database.adminUrl, async (admin) => {
      await admin.query('begin')
      await admin.query('update users set is_enabled = false where company_id = $1 and id = $2', [
        companyUuid,
        carol.uuid,
      ])
      sent = Promise.all([
        leaves({ conversationId, body: 'Too late' }),
        stays({ conversationId, body: 'Stays' }),
        leaves({ conversationId, body: 'Too late, too' }),
      ])
      await waitingStatements(app.database.adminUrl, (pids) => pids.length >= 1)
      await admin.query('commit')
    })
    const outcomes = await sent
    expect([outcomes[0], outcomes[2]]).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect(outcomes[1]).toMatch(/^[0-9a-f-]{36}$/)
    expect(await assertWhole(companyUuid)).toHaveLength(1)
  })
})
