import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { companyIdIn } from '../ids.ts'

/** A company that an operator refers to. */
export interface FoundCompany {
  id: string
  name: string
  externalId: string | null
}

const namedCompanies = statement({
  name: 'named_companies',
  parameters: ['id', 'reference'],
  row: rowsOf<FoundCompany>(),
  text: `select id, name, external_id as "externalId" from companies
         where id = :id or external_id = :reference or lower(name) = lower(:reference) order by id limit 2`,
})

/**
 * Finds a company by id, external id or name. Throws NotFoundError, and ConflictError if several companies have the
 * name.
 */
export async function findCompany(database: Database, reference: string): Promise<FoundCompany> {
  const values = { id: companyIdIn(reference) ?? null, reference }
  const [found, another] = await database.acrossCompanies(namedCompanies, values)
  if (!found) throw new NotFoundError(`There is no company ${reference}.`)
  if (another) throw new ConflictError(`Several companies are called ${reference}: give the id of one.`)
  return found
}
