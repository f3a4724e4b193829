import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { sendMessage } from '../../src/messages/operations/send-message.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { onDatabase } from '../support/on-database.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

type Company = TestCompany<'alice' | 'bob' | 'carol'>

let app: TestApp
beforeAll(async () => {
  app = await startApp({ poolSize: 20 })
})
afterAll(() => app[Symbol.asyncDispose]())

const company = (name: string): Promise<Company> =>
  app.company(name, { alice: 'owner', bob: 'member', carol: 'member' })

/** Sends in this turn of the event loop, so that sends of one turn go together. */
async function sender(companyUuid: string, person: Client) {
  const context = await contextOf(app, companyUuid, person)
  await context.keys()
  return (input: Record<string, unknown>): Promise<string> =>
    sendMessage(context, input).then(
      ({ message }) => message.id,
      (error) => error.code ?? error.name,
    )
}

interface Stored {
  conversationId: string
  authorId: string
  seq: number
}

/** Fails unless sequences and positions have no hole, and every mark is where the sends, one after another, would have left it. */
async function assertWhole(companyUuid: string): Promise<Stored[]> {
  const messages = await onDatabase<Stored>(
    app,
    `select conversation_id as "conversationId", author_id as "authorId", seq from messages
     where company_id = $1 order by conversation_id, seq`,
    [companyUuid],
  )
  const [stream] = await onDatabase(
    app,
    `select count(*) = max(position) and min(position) = 1 and max(position) =
       (select position from company_streams where company_id = $1) as whole,
       count(*) filter (where kind = 'MESSAGE_SENT')::int as sent,
       (select bool_and(last_seq = (select count(*) from messages m where m.company_id = $1 and m.conversation_id = c.id))
        from conversations c where c.company_id = $1) as "lastSeqs",
       (select count(*)::int from message_words where company_id = $1) as findable
     from events where company_id = $1`,
    [companyUuid],
  )
  expect(stream).toEqual({ whole: true, sent: messages.length, lastSeqs: true, findable: messages.length })
  const marks = await onDatabase<{ conversationId: string; userId: string; read: number }>(
    app,
    `select conversation_id as "conversationId", user_id as "userId", last_read_seq as read from participants
     where company_id = $1`,
    [companyUuid],
  )
  for (const { conversationId, userId, read } of marks) {
    const sent = messages.filter((message) => message.conversationId === conversationId)
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1))
    const others = sent.filter(({ authorId }) => authorId !== userId).map(({ seq }) => seq)
    const firstUnread = others[0] ?? sent.length + 1
    expect(read).toBe(firstUnread - 1)
  }
  return messages
}

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

  it.each([
    ['a constraint', `raise 'spoiled' using errcode = '23514'`, '23514'],
    ['a serialisation failure', `raise 'spoiled' using errcode = '40001'`, 'UNAVAILABLE'],
  ])('are sent without the one that %s spoils', async (_, failure, outcome) => {
    const [one, two] = [await company('Spoiled'), await company('Whole')]
    const groups = await Promise.all([one, two].map(({ alice, bob }) => alice.group('Room', [bob])))
    await onDatabase(
      app,
      `create or replace function spoil() returns trigger language plpgsql as $$ begin ${failure}; end $$;
       create or replace trigger spoil before insert on messages for each row when (new.client_message_id = 'spoiled')
         execute function spoil()`,
    )
    const [alice, bob, other] = await Promise.all([
      sender(one.companyUuid, one.alice),
      sender(one.companyUuid, one.bob),
      sender(two.companyUuid, two.alice),
    ])
    const outcomes = await Promise.all([
      alice({ conversationId: groups[0], body: 'Before' }),
      alice({ conversationId: groups[0], body: 'Spoiled', clientMessageId: 'spoiled' }),
      bob({ conversationId: groups[0], body: 'After' }),
      other({ conversationId: groups[1], body: 'Elsewhere' }),
    ])
    await onDatabase(app, 'drop function spoil cascade')
    expect(outcomes[1]).toMatch(new RegExp(`^(${outcome})$`))
    for (const at of [0, 2, 3]) expect(outcomes[at]).toMatch(/^[0-9a-f-]{36}$/)
    expect(await assertWhole(one.companyUuid)).toHaveLength(2)
    expect(await assertWhole(two.companyUuid)).toHaveLength(1)
  })

  it('are each sent once when their connection is lost, before or after the commit', async () => {
    const companies = await Promise.all(['Lost', 'Found'].map(company))
    const groups = await Promise.all(companies.map(({ alice, bob }) => alice.group('Room', [bob])))
    const senders = await Promise.all(companies.map(({ alice, companyUuid }) => sender(companyUuid, alice)))
    const sendAll = () =>
      Promise.all(
        senders.flatMap((send, at) =>
          [1, 2, 3].map((n) => send({ conversationId: groups[at], body: `${n}` })),
        ),
      )
    for (const round of [1, 2, 3]) {
      const pool = app.application.services.database
      const batch = pool.batch
      const lose = vi.spyOn(pool, 'batch').mockImplementationOnce(async (statement, values) => {
        // Committed, and nobody hears of it.
        if (round !== 2) await batch(statement, values)
        throw new Error('Connection terminated unexpectedly')
      })
      const outcomes = await sendAll()
      lose.mockRestore()
      expect(new Set(outcomes).size).toBe(6)
      for (const { companyUuid } of companies) expect(await assertWhole(companyUuid)).toHaveLength(3 * round)
    }
  })

  it('are each sent once when the backend is killed in their middle', async () => {
    const { alice, bob, companyUuid } = await company('Killed')
    const conversationId = await alice.group('Room', [bob])
    const send = await sender(companyUuid, alice)
    await onDatabase(
      app,
      `create sequence naps;
       create or replace function nap() returns trigger language plpgsql security definer as $$
         begin if nextval('public.naps') = 1 then perform pg_sleep(3); end if; return new; end $$;
       create or replace trigger nap before insert on messages for each row when (new.client_message_id = 'nap')
         execute function nap()`,
    )
    const sent = Promise.all(
      ['nap', 'b', 'c'].map((clientMessageId) => send({ conversationId, body: 'Said', clientMessageId })),
    )
    await vi.waitFor(
      async () => {
        const killed = await onDatabase(
          app,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and usename = 'colloquy_app' and wait_event = 'PgSleep'`,
        )
        expect(killed).toHaveLength(1)
      },
      { timeout: 30_000, interval: 20 },
    )
    expect(new Set(await sent).size).toBe(3)
    await onDatabase(app, 'drop function nap cascade; drop sequence naps')
    expect(await assertWhole(companyUuid)).toHaveLength(3)
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

  it('reach no other company even where the function forgets to ask', async () => {
    const [one, two] = [await company('Curious'), await company('Private')]
    const theirs = await two.alice.group('Theirs', [two.bob])
    const send = await sender(one.companyUuid, one.alice)
    const source = await changeFunction((text) =>
      text.replaceAll(/\b(c|u|p|m|h|k|s)\.company_id = (g|n|m|t)\.company_id\b/g, 'true'),
    )
    const outcome = await send({ conversationId: theirs, body: 'Let me in' })
    await onDatabase(app, source)
    expect(outcome).toBe('NotFoundError')
    expect(await assertWhole(two.companyUuid)).toHaveLength(0)
  })

  it('are written in the name of their authors alone even where the function takes another', async () => {
    const [one, two] = [await company('Honest'), await company('Elsewhere')]
    const groups = await Promise.all([one, two].map(({ alice, bob }) => alice.group('Room', [bob])))
    const [alice, other] = await Promise.all([
      sender(one.companyUuid, one.alice),
      sender(two.companyUuid, two.alice),
    ])
    const source = await changeFunction((text) =>
      text.replace('g.seq, g.user_id, g.subject', `g.seq, '${one.bob.uuid}', g.subject`),
    )
    await Promise.all([
      alice({ conversationId: groups[0], body: 'By Alice' }),
      other({ conversationId: groups[1], body: 'By another' }),
    ])
    await onDatabase(app, source)
    const [stored] = await assertWhole(one.companyUuid)
    expect(stored?.authorId).toBe(one.alice.uuid)
  })
})

/** Changes the text of app.write_messages, and returns the present one. */
async function changeFunction(change: (text: string) => string): Promise<string> {
  const [{ source } = { source: '' }] = await onDatabase<{ source: string }>(
    app,
    `select pg_get_functiondef('app.write_messages'::regproc) as source`,
  )
  const changed = change(source)
  expect(changed).not.toBe(source)
  await onDatabase(app, changed)
  return source
}
