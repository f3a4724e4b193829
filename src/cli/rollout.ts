import { openApplication } from '../application.ts'
import { forEachCompany } from '../companies/each-company.ts'
import { findCompany } from '../companies/find-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import { type CompanyState, switchCompany } from '../companies/operations/switch-company.ts'
import type { Database } from '../database/database.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** The extent of a roll-out. */
export interface RolloutOptions {
  /** True for every company there is, instead of named ones. */
  all?: boolean
  json?: boolean
}

/** Numbers of companies. */
interface Switched {
  state: CompanyState
  /** Those that the command is about. */
  companies: number
  changed: number
  failed: number
}

/**
 * Opens or closes a cohort of companies, named by name, external id or id. Nothing is changed if one of them is not found. Throws
 * StartupProblem, NotFoundError, ConflictError.
 */
export async function rollout(
  state: CompanyState,
  references: string[],
  { all = false, json }: RolloutOptions,
): Promise<void> {
  if (all === references.length > 0) throw new StartupProblem('Name the companies, or give --all instead.')
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const { services } = application
      const ids = all ? await companyIds(services.database) : await idsOf(services.database, references)
      const switched: Switched = { state, companies: ids.length, changed: 0, failed: 0 }
      const work = async (companyId: string) => {
        if (await switchCompany(services.database, companyId, state)) switched.changed += 1
      }
      switched.failed = await forEachCompany(services, ids, { work, failed: 'a company was not switched' })
      process.stdout.write(json ? `${JSON.stringify(switched)}\n` : inWords(switched))
      if (switched.failed > 0) process.exitCode = 1
    } finally {
      await application.close()
    }
  })
}

async function idsOf(database: Database, references: string[]): Promise<string[]> {
  const ids = new Set<string>()
  for (const reference of references) ids.add((await findCompany(database, reference)).id)
  return [...ids]
}

function inWords({ state, companies, changed, failed }: Switched): string {
  const lines = [
    `Companies that are ${state} now: ${companies - failed}, of which ${changed} were not before.`,
  ]
  if (failed > 0) lines.push(`Not switched: ${failed}; the log says why. Run it again.`)
  return `${lines.join('\n')}\n`
}
