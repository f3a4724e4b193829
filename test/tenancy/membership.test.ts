import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { newId } from '../../src/ids.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { tenantForeignKeys, tenantTables } from './tenancy-catalogue.ts'
import { type Furnished, twoCompanies } from './two-companies.ts'

const NOT_ALLOWED = '42501'
const NO_SUCH_ROW = '23503'
const CHECK_FAILED = '23514'

/** Tickets are redeemed by a function, digests and pushes are written by the system role: the serving role reads none of them. */
const UNREAD = [
  ...['connection_tickets', 'pending_digests', 'told_messages'],
  ...['push_subscriptions', 'push_deliveries', 'push_marks'],
]

/** Company and user of a binding; null leaves the setting alone. */
type Binding = [companyId: string | null, userId: string | null]

const strangers: [string, (acme: Furnished['company'], globex: Furnished['company']) => Binding][] = [
  ['a disabled member', (acme) => [acme.companyUuid, acme.disabled.uuid]],
  ['a member of another company', (acme, globex) => [acme.companyUuid, globex.one.uuid]],
  ['an unknown user', (acme) => [acme.companyUuid, newId()]],
  ['a member in an unknown company', (acme) => [newId(), acme.one.uuid]],
  ['a company without a user', (acme) => [acme.companyUuid, '']],
  ['a user without a company', (acme) => ['', acme.one.uuid]],
  ['empty settings', () => ['', '']],
  ['nobody at all', () => [null, null]],
]

describe('row-level security', () => {
  let app: TestApp
  let acme: Furnished
  let globex: Furnished
  let tables: string[]
  beforeAll(async () => {
    app = await startApp()
    const companies = await twoCompanies(app)
    acme = companies.acme
    globex = companies.globex
    tables = await tenantTables(app.database.ownerUrl)
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('shows a member the rows of the company and nothing else, in every table', async () => {
    const { companyUuid, one } = acme.company
    const all = await asAdmin((admin) => countRows(admin, tables, companyUuid))
    for (const [table, rows] of Object.entries(all)) {
      expect(rows.own, `${table} has rows of the company`).toBeGreaterThan(0)
      expect(rows.foreign, `${table} has rows of another company`).toBeGreaterThan(0)
    }
    const seen = await bound([companyUuid, one.uuid], (client) => countRows(client, tables, companyUuid))
    const expected = Object.entries(all).map(([table, { own }]) => [
      table,
      { own: UNREAD.includes(table) ? 0 : own, foreign: 0 },
    ])
    expect(seen).toEqual(Object.fromEntries(expected))
  })

  it.each(strangers)('shows nothing in any table to %s, and takes nothing', async (_name, bindingOf) => {
    await bound(bindingOf(acme.company, globex.company), async (client) => {
      const seen = await countRows(client, tables, acme.company.companyUuid)
      expect(Object.values(seen)).toEqual(tables.map(() => ({ own: 0, foreign: 0 })))
      for (const table of tables) {
        const copy = copyOf(table, await rowOf(table, acme))
        expect(await outcome(client, copy), `insert into ${table}`).toBe(NOT_ALLOWED)
        for (const sql of [`update ${table} set ${keyOf(table)} = ${keyOf(table)}`, `delete from ${table}`]) {
          expect([0, NOT_ALLOWED], sql).toContain(await outcome(client, { text: sql }))
        }
      }
    })
  })

  it.each(strangers)('lets no function write for %s', async (_name, bindingOf) => {
    const [companyId, userId] = bindingOf(acme.company, globex.company)
    const values = [companyId || null, userId || null, newId()]
    const call = { text: 'select app.mark_read($1, $2, $3, null)', values }
    expect(await bound([null, null], (client) => outcome(client, call))).toBe('CQ401')
  })

  it('takes no row of another company from a member, in any table, nor lets one be given away', async () => {
    await bound([acme.company.companyUuid, acme.company.admin.uuid], async (client) => {
      for (const table of tables) {
        const copy = copyOf(table, await rowOf(table, globex))
        expect(await outcome(client, copy), `insert into ${table}`).toBe(NOT_ALLOWED)
        const gift = {
          text: `update ${table} set ${keyOf(table)} = $1`,
          values: [globex.company.companyUuid],
        }
        expect(await outcome(client, gift), `give away ${table}`).toBe(NOT_ALLOWED)
      }
    })
  })

  it('stores no link to another company, by whichever role and foreign key', async () => {
    const keys = await tenantForeignKeys(app.database.ownerUrl)
    expect(keys.length).toBeGreaterThan(15)
    const { companyUuid, one } = acme.company
    for (const { name, source, target, columns, targetColumns } of keys) {
      const theirs = await rowOf(target, globex)
      const links = columns.map((column, at) => ({ column, value: theirs[targetColumns[at] ?? ''] })).slice(1)
      // The last column alone, and the whole link.
      for (const changed of [links.slice(-1), links]) {
        const update = {
          text: `update ${source} set ${changed.map(({ column }, at) => `${column} = $${at + 2}`).join(', ')}
            where ctid = (select ctid from ${source} where company_id = $1 limit 1)`,
          values: [companyUuid, ...changed.map(({ value }) => value)],
        }
        const bySuperuser = await asAdmin((admin) => outcome(admin, update))
        expect([NO_SUCH_ROW, CHECK_FAILED], `${name} by a superuser`).toContain(bySuperuser)
        const byMember = await bound([companyUuid, one.uuid], (client) => outcome(client, update))
        expect([NO_SUCH_ROW, CHECK_FAILED, NOT_ALLOWED], `${name} by a member`).toContain(byMember)
      }
    }
  })

  it('stores no event of a message without its conversation, which no foreign key would check', async () => {
    const { companyUuid, one } = acme.company
    const event = {
      text: `insert into events (company_id, position, kind, message_id) values ($1, 1000000, 'MESSAGE_SENT', $2)`,
      values: [companyUuid, (await rowOf('messages', globex)).id],
    }
    expect(await bound([companyUuid, one.uuid], (client) => outcome(client, event))).toBe(CHECK_FAILED)
  })

  async function rowOf(table: string, { company }: Furnished): Promise<Record<string, unknown>> {
    const text = `select to_jsonb(t) as row from ${table} t where ${keyOf(table)} = $1 limit 1`
    const { rows } = await asAdmin((admin) => admin.query(text, [company.companyUuid]))
    return rows[0].row
  }

  function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
    return withClient(app.database.adminUrl, work)
  }

  function bound<T>([companyId, userId]: Binding, work: (client: pg.Client) => Promise<T>): Promise<T> {
    return withClient(app.database.appUrl, async (client) => {
      if (companyId !== null)
        await client.query(`select set_config('app.company_id', $1, false)`, [companyId])
      if (userId !== null) await client.query(`select set_config('app.user_id', $1, false)`, [userId])
      return work(client)
    })
  }
})

function keyOf(table: string): string {
  return table === 'companies' ? 'id' : 'company_id'
}

function copyOf(table: string, row: Record<string, unknown>) {
  return {
    text: `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`,
    values: [JSON.stringify(row)],
  }
}

/** How many rows were written, or the code with which PostgreSQL refused. */
async function outcome(
  client: pg.Client,
  statement: { text: string; values?: unknown[] },
): Promise<number | string> {
  try {
    return (await client.query(statement)).rowCount ?? 0
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code ?? error.message
    throw error
  }
}

/** How many rows of the company and of others each table shows; a table that may not be read shows none. */
async function countRows(
  client: pg.Client,
  tables: string[],
  companyId: string,
): Promise<Record<string, { own: number; foreign: number }>> {
  const counts: Record<string, { own: number; foreign: number }> = {}
  for (const table of tables) {
    const own = `count(*) filter (where ${keyOf(table)} = $1)::int as own`
    const text = `select ${own}, count(*) filter (where ${keyOf(table)} <> $1)::int as foreign from ${table}`
    try {
      counts[table] = (await client.query(text, [companyId])).rows[0]
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== NOT_ALLOWED) throw error
      counts[table] = { own: 0, foreign: 0 }
    }
  }
  return counts
}
