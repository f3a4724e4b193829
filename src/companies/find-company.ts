import type { Database, Statement } from '../database/database.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { companyIdIn } from '../ids.ts'

/** A company that an operator refers to. */
export interface FoundCompany {
  id: string
  name: string
  externalId: string | null
}

const namedCompanies: Statement = {
  name: 'named_companies',
  text: `select id, name, external_id as "externalId" from companies
         where id = $1 or external_id = $2 or lower(name) = lower($2) order by id limit 2`,
}

/**
 * Finds a company by id, external id or name. Throws NotFoundError, and ConflictError if several companies have the
 * name.
 */
export async function findCompany(database: Database, reference: string): Promise<FoundCompany> {
  const values = [companyIdIn(reference) ?? null, reference]
  const [found, another] = await database.acrossCompanies<FoundCompany>(namedCompanies, values)
  if (!found) throw new NotFoundError(`There is no company ${reference}.`)
  if (another) throw new ConflictError(`Several companies are called ${reference}: give the id of one.`)
  return found
}
