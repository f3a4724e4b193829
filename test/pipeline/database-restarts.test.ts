import { describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { statement } from '../../src/database/statement.ts'
import { TenantPool } from '../../src/database/tenant-pool.ts'
import { startApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { cloneDatabase } from '../support/database.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

describe('while the database restarts', () => {
  it('a connection that breaks in somebody’s hands does not end the process', async () => {
    const database = await cloneDatabase()
    const pool = new TenantPool('serving', { connectionString: database.appUrl, max: 1 })
    const client = await pool.connect()
    const broken = new Promise((resolve) => client.once('end', resolve))
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await withClient(database.adminUrl, async (admin) => {
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    })
    await broken
    client.release()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
    await database.drop()
  })

  it('a statement that was under way says UNAVAILABLE, however it was made', async () => {
    await using app = await startApp()
    const { alice, companyUuid: companyId } = await app.company('Acme', { alice: 'owner' })
    const tenant = app.application.services.database.forTenant({ companyId, userId: alice.uuid })
    const change = { where: { companyId }, data: { sound: false } }
    const update = statement({
      name: 'a_test',
      parameters: ['companyId'],
      text: 'update users set sound = false where company_id = :companyId',
    })
    const ways: (() => Promise<unknown>)[] = [
      () => tenant.query(update, { companyId }),
      () => tenant.prisma.user.updateMany(change),
      () => tenant.transaction((transaction) => transaction.user.updateMany(change)),
    ]
    for (const change of ways) {
      await withClient(app.database.adminUrl, async (holder) => {
        await holder.query('begin')
        await holder.query('select from users where company_id = $1 for update', [companyId])
        const outcome = change().catch((error: unknown) => error)
        const terminate = `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`
        await withClient(app.database.adminUrl, async (admin) => {
          await expect.poll(async () => (await admin.query(terminate)).rowCount).toBe(1)
        })
        await holder.query('rollback')
        expect(await outcome).toMatchObject({
          name: 'RequestError',
          code: 'UNAVAILABLE',
          retryAfterMs: 1_000,
        })
      })
      await change()
    }
  })

  it('requests succeed or say UNAVAILABLE, and afterwards everything works', async () => {
    await using app = await startApp()
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const conversationId = await alice.group('Acme', [bob])
    const operations: (() => Promise<Answer>)[] = [
      () => alice.send('{ viewer { role { name } unread { total } } roles { name } }'),
      () => alice.send('{ conversations { nodes { id lastMessage { body } } } }'),
      () =>
        alice.send(
          'query ($id: ID!) { conversation(id: $id) { participants { nodes { user { name } } } } }',
          { id: conversationId },
        ),
      () =>
        bob.send(
          'mutation ($id: ID!) { sendMessage(input: { conversationId: $id, body: "x" }) { __typename } }',
          {
            id: conversationId,
          },
        ),
      () => bob.send('mutation { updatePreferences(input: { sound: true }) { __typename } }'),
      () =>
        alice.send(
          'mutation { syncMembers(input: { members: [{ externalId: "n", name: "N" }] }) { __typename } }',
        ),
      () =>
        bob.send('mutation ($id: ID!) { markRead(input: { conversationId: $id }) { __typename } }', {
          id: conversationId,
        }),
      () => alice.send('mutation { createConnectionTicket(input: {}) { __typename } }'),
    ]
    const answers: Answer[] = []
    const { pathname } = new URL(app.database.appUrl)
    await withClient(app.database.adminUrl, async (admin) => {
      const terminate = () =>
        admin.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
          [pathname.slice(1)],
        )
      for (let round = 0; round < 6; round += 1) {
        const asked = operations.flatMap((ask) => [ask(), ask(), ask()])
        for (let wave = 0; wave < 4; wave += 1) await terminate()
        answers.push(...(await Promise.all(asked)))
      }
    })
    const rejections = answers.flatMap(({ errors }) => errors ?? [])
    expect(rejections.length).toBeGreaterThan(0)
    for (const { message, extensions } of rejections) {
      expect({ message, ...extensions }).toEqual({
        message: 'The database is not reachable just now; try again shortly.',
        code: 'UNAVAILABLE',
        retryAfterMs: expect.any(Number),
      })
    }
    for (const ask of operations) {
      await expect.poll(async () => (await ask()).errors, { timeout: 30_000 }).toBe(undefined)
    }
  })
})
