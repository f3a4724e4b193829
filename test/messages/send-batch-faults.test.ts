import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
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
