import { auditEventId } from '../../src/audit/event-id.ts'
import { decodeId, encodeId, type NodeType } from '../../src/ids.ts'
import type { TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { twoCompanies } from '../tenancy/two-companies.ts'
import type { Vocabulary } from './random-values.ts'

/** A person who sends random operations, and the name of the company. */
export interface Sender {
  client: Client
  company: 'acme' | 'globex'
  role: string
}

/** Two furnished companies with people of several roles, who send random operations. */
export interface FuzzedCompanies {
  senders: Sender[]
  /** Undoes what would keep people from everything, such as a disabled member or a company in safe mode. */
  restore(): Promise<void>
  /** The words of each company as they are now. */
  vocabularies(): Promise<Record<Sender['company'], Vocabulary>>
  /** The UUIDs of all that belongs to each company now. */
  belongings(): Promise<Record<Sender['company'], ReadonlySet<string>>>
}

const ROLES = {
  admin: 'owner',
  one: 'member',
  other: 'supervisor',
  stranger: 'auditor',
  disabled: 'admin',
} as const
const TABLES: Partial<Record<NodeType, string>> = {
  User: 'users',
  Role: 'roles',
  Conversation: 'conversations',
  Message: 'messages',
  Broadcast: 'broadcasts',
  ModerationCase: 'moderation_cases',
  Guest: 'guests',
  GuestMessage: 'guest_messages',
  GuestDelivery: 'guest_deliveries',
  InboundMessage: 'inbound_messages',
  Export: 'exports',
  LegalHold: 'legal_holds',
}

/** Furnishes both companies. */
export async function fuzzedCompanies(app: TestApp): Promise<FuzzedCompanies> {
  const furnished = await twoCompanies(app)
  const names = ['acme', 'globex'] as const
  const senders = names.flatMap((company) =>
    Object.entries(ROLES).map(([name, role]) => ({
      client: furnished[company].company[name as keyof typeof ROLES],
      company,
      role,
    })),
  )
  const eachCompany = async <T>(value: (company: Sender['company'], uuid: string) => Promise<T>) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, await value(name, furnished[name].company.companyUuid)]),
      ),
    ) as Record<Sender['company'], T>

  async function restore(): Promise<void> {
    for (const { client, company, role } of senders) {
      await onDatabase(
        app,
        `update users u set is_enabled = true, role_id = r.id from roles r
         where u.id = $1 and r.company_id = u.company_id and r.is_built_in and r.name = $2`,
        [client.uuid, role],
      )
      app.application.services.viewers.forget(furnished[company].company.companyUuid)
    }
    await onDatabase(
      app,
      `update companies set messaging_enabled = true, safe_mode = false, send_limits = default,
      broadcasts_per_hour = 1000, spam = '{"repeatedBodies": null, "mentions": null}'`,
    )
    await onDatabase(app, 'delete from spam_penalties')
  }

  async function idsOf(uuid: string): Promise<Record<string, string[]>> {
    const lists = Object.entries(TABLES).map(async ([type, table]) => {
      const rows = await onDatabase<{ id: string }>(
        app,
        `(select id from ${table} where company_id = $1 order by id limit 12)
         union (select id from ${table} where company_id = $1 order by id desc limit 12)`,
        [uuid],
      )
      return [type, rows.map(({ id }) => encodeId(type, id)).toSorted()]
    })
    const [stream] = await onDatabase<{ audited: number }>(
      app,
      'select audited::int as audited from company_streams where company_id = $1',
      [uuid],
    )
    const last = (stream?.audited ?? 0) - 1
    const events = [...new Set([0, 1, Math.floor(last / 2), last])].filter((index) => index >= 0)
    const auditEvents = events.map((index) => encodeId('AuditEvent', auditEventId(uuid, index)))
    return {
      ...Object.fromEntries(await Promise.all(lists)),
      AuditEvent: auditEvents,
      Company: [encodeId('Company', uuid)],
    }
  }

  async function cursorsOf(company: Sender['company']): Promise<string[]> {
    const { one, admin } = furnished[company].company
    const page = 'pageInfo { endCursor startCursor }'
    const answer = await one.send(`{ viewer { inboxCursor } conversations { ${page} } users { ${page} }
      sentMessages { ${page} } broadcasts { ${page} } }`)
    const more = await admin.send(`{ guests { ${page} } moderationCases { ${page} } }`)
    return [...JSON.stringify([answer, more]).matchAll(/Cursor":"([^"]+)"/g)].map(([, cursor = '']) => cursor)
  }

  async function vocabularies() {
    const ids = await eachCompany((_, uuid) => idsOf(uuid))
    const cursors = await eachCompany((company) => cursorsOf(company))
    const words = (own: Sender['company'], foreign: Sender['company']) => ({
      own: ids[own],
      foreign: ids[foreign],
      cursors: [...cursors[own], ...cursors[foreign], 'AAAA', ''],
      mark: furnished[own].secret,
    })
    return { acme: words('acme', 'globex'), globex: words('globex', 'acme') }
  }

  async function belongings() {
    const tables = await onDatabase<{ table_name: string }>(
      app,
      `select i.table_name from information_schema.columns i join information_schema.columns c
         on c.table_schema = i.table_schema and c.table_name = i.table_name and c.column_name = 'company_id'
       where i.table_schema = 'public' and i.column_name = 'id' and i.data_type = 'uuid'`,
    )
    const all = tables.map(({ table_name }) => `select id from ${table_name} where company_id = $1`)
    return eachCompany(async (_, uuid) => {
      const rows = await onDatabase<{ id: string }>(app, [...all, 'select $1'].join(' union all '), [uuid])
      return new Set(rows.map(({ id }) => id))
    })
  }

  await restore()
  return { senders, restore, vocabularies, belongings }
}

/** All UUIDs in a text, those within ids of the API included. */
export function uuidsIn(text: string): string[] {
  const ids = text.match(/[\w-]{50,80}/g) ?? []
  const plain = text.match(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g) ?? []
  return [...plain, ...ids.flatMap((id) => decodeId(id)?.uuid ?? [])]
}
