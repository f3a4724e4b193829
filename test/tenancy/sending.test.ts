import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'

const TABLES = ['company_streams', 'conversations', 'idempotency_keys', 'messages', 'participants', 'roles']

let app: TestApp
let one: TestCompany<'alice' | 'bob'>
let two: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
  ;[one, two] = [
    await app.company('One', { alice: 'owner', bob: 'member' }),
    await app.company('Two', { alice: 'owner', bob: 'member' }),
  ]
  for (const { alice, bob } of [one, two])
    await alice.mutate('sendMessage', { recipientId: bob.userId, body: 'Hello', idempotencyKey: 'hello' })
})
afterAll(() => app[Symbol.asyncDispose]())

/** Runs `work` as the owner, in a transaction that is bound to these members and undone. */
function asOwner<T>(members: [string, string][], work: (owner: pg.Client) => Promise<T>): Promise<T> {
  return withClient(app.database.ownerUrl, async (owner) => {
    await owner.query('begin')
    await owner.query('select app.bind_senders($1, $2)', [
      members.map(([companyId]) => companyId),
      members.map(([, userId]) => userId),
    ])
    return work(owner)
  })
}

async function companiesSeen(owner: pg.Client): Promise<Record<string, string[]>> {
  const seen: Record<string, string[]> = {}
  for (const table of TABLES) {
    const { rows } = await owner.query<{ id: string }>(
      `select distinct company_id as id from ${table} order by 1`,
    )
    seen[table] = rows.map(({ id }) => id)
  }
  return seen
}

function everywhere(...companies: string[]): Record<string, string[]> {
  return Object.fromEntries(TABLES.map((table) => [table, companies.toSorted()]))
}

describe('the owner, whose functions write batches of messages', () => {
  it('sees the companies of a batch, and without one none', async () => {
    expect(await asOwner([], companiesSeen)).toEqual(everywhere())
    expect(await asOwner([[one.companyUuid, one.alice.uuid]], companiesSeen)).toEqual(
      everywhere(one.companyUuid),
    )
    const both: [string, string][] = [one, two].map(({ companyUuid, bob }) => [companyUuid, bob.uuid])
    expect(await asOwner(both, companiesSeen)).toEqual(everywhere(one.companyUuid, two.companyUuid))
  })

  it('sees no company by somebody who is no member of it, or is disabled', async () => {
    const strangers: [string, string][] = [[two.companyUuid, one.alice.uuid]]
    expect(await asOwner(strangers, companiesSeen)).toEqual(everywhere())
    await withClient(app.database.adminUrl, async (admin) => {
      await admin.query('update users set is_enabled = false where company_id = $1 and id = $2', [
        two.companyUuid,
        two.bob.uuid,
      ])
    })
    expect(await asOwner([[two.companyUuid, two.bob.uuid]], companiesSeen)).toEqual(everywhere())
  })

  it.each([
    ['another member of the company', () => one.bob.uuid],
    ['a member of another company', () => two.alice.uuid],
  ])('writes no message in the name of %s', async (_, author) => {
    const written = asOwner([[one.companyUuid, one.alice.uuid]], (owner) =>
      owner.query(
        `insert into messages (company_id, id, conversation_id, seq, author_id, body)
         select company_id, gen_random_uuid(), id, 7, $1, 'x' from conversations`,
        [author()],
      ),
    )
    await expect(written).rejects.toMatchObject({ code: '42501' })
  })

  it('is bound by its own functions alone: a setting of the serving role opens nothing', async () => {
    const seen = await withClient(app.database.appUrl, async (serving) => {
      await serving.query(`select set_config('app.sending_companies', $1, false)`, [`{${one.companyUuid}}`])
      return companiesSeen(serving)
    })
    expect(seen).toEqual(everywhere())
    const binding = withClient(app.database.appUrl, (serving) =>
      serving.query('select app.bind_senders($1, $2)', [[one.companyUuid], [one.alice.uuid]]),
    )
    await expect(binding).rejects.toMatchObject({ code: '42501' })
  })
})
