import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sendMessage } from '../../src/messages/operations/send-message.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { onDatabase } from '../support/on-database.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a server that starts', () => {
  it('has planned the statement that sends on all its connections before the first message', async () => {
    await vi.waitFor(async () => {
      const planned = await onDatabase(
        app,
        `select from pg_stat_activity where datname = current_database() and query like '%app.send_messages(%'
         and usename = 'colloquy_app'`,
      )
      expect(planned).toHaveLength(2)
    })
  })
})

describe('more sends than the database takes in their time', () => {
  it('are refused at once, with a time to try again; the others are sent once, and so are all that come later', async () => {
    const { alice, bob, companyUuid } = await app.company('Flooded', { alice: 'owner', bob: 'member' })
    const conversationId = await alice.group('Flooded', [bob])
    const context = await contextOf(app, companyUuid, alice)
    await context.keys()
    const settled: string[] = []
    const send = (index: number): Promise<void> =>
      sendMessage(context, { conversationId, body: `Number ${index}` }).then(
        ({ message }) => void settled.push(message.id),
        ({ code, retryAfterMs }) => {
          expect(retryAfterMs).toBeGreaterThanOrEqual(100)
          settled.push(code)
        },
      )
    const sendAll = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => send(index)))
    await onDatabase(
      app,
      `create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return new; end $$;
       create trigger nap before insert on messages for each row execute function nap()`,
    )
    // The server learns how long a message takes.
    for (let round = 0; round < 4; round += 1) await sendAll(64)
    expect(settled).not.toContain('UNAVAILABLE')
    settled.length = 0
    await sendAll(1_000)
    await onDatabase(app, 'drop function nap cascade')
    await send(1_000)
    const sent = settled.filter((outcome) => outcome !== 'UNAVAILABLE')
    expect(settled).toHaveLength(1_001)
    // None of those that were refused at once has waited for one that was sent.
    expect(settled.indexOf(sent[0] as string)).toBeGreaterThan(500)
    expect(settled.at(-1)).not.toBe('UNAVAILABLE')
    const stored = await onDatabase<{ id: string }>(app, 'select id from messages where company_id = $1', [
      companyUuid,
    ])
    expect(stored).toHaveLength(4 * 64 + sent.length)
    expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(sent))
  })
})
