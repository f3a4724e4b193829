import { pino } from 'pino'
import { createCompany } from '../../src/companies/operations/create-company.ts'
import { rowsOf } from '../../src/database/columns.ts'
import { type Database, openDatabase, type TenantDatabase } from '../../src/database/database.ts'
import type { RoleUrls } from '../../src/database/roles.ts'
import { statement } from '../../src/database/statement.ts'

/** A company of two members, and the database as the first of them sees it. */
export interface Staff {
  companyId: string
  names: string[]
  userIds: string[]
  tenant: TenantDatabase
}

const names = statement({
  name: 'names',
  row: rowsOf<{ name: string }>(),
  text: 'select name from users order by name',
})

/** Opens the pools of both roles, of the given size and no larger. */
export function openPools({ appUrl, systemUrl }: RoleUrls, poolSize: number): Database {
  return openDatabase({ appUrl, systemUrl, poolSize, log: pino({ level: 'silent' }) })
}

/** Creates a company of a person and a junior of the same name. */
export async function hireStaff(database: Database, company: string, person: string): Promise<Staff> {
  const people = [person, `${person} Junior`]
  const members = people.map((name) => ({
    externalId: name,
    name,
    email: null,
    department: null,
    role: 'member',
  }))
  const companyId = await createCompany(database, { name: company, externalId: company, members })
  const users = await database
    .forSystem(companyId)
    .prisma.user.findMany({ where: { companyId }, orderBy: { name: 'asc' } })
  const userIds = users.map((user) => user.id)
  const tenant = database.forTenant({ companyId, userId: userIds[0] ?? '' })
  return { companyId, names: people, userIds, tenant }
}

/** The names of all the people that somebody, or nobody, can see. */
export async function seenBy(who: Pick<Database, 'unbound'> | TenantDatabase): Promise<string[]> {
  const rows = 'unbound' in who ? await who.unbound(names, {}) : await who.query(names, {})
  return rows.map(({ name }) => name)
}
