import { createInterface } from 'node:readline/promises'
import { openApplication } from '../application.ts'
import { type FoundCompany, findCompany } from '../companies/find-company.ts'
import { destroyCompany } from '../companies/operations/destroy-company.ts'
import { encodeId } from '../ids.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** The company, and its name as confirmation. */
export interface DestroyOptions {
  /** A company's name, external id or id. */
  company: string
  /** Undefined means that it is asked for. */
  yes?: string
  /** True if legal holds are no reason to keep it. */
  despiteHolds?: boolean
  json?: boolean
}

/**
 * Destroys the keys of a company and erases its people, once its name has been typed. Throws StartupProblem,
 * NotFoundError, ConflictError.
 */
export async function destroyKeys({
  company: reference,
  yes,
  despiteHolds,
  json,
}: DestroyOptions): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication(environment, log)
    try {
      const { keySource, services, tellKeysChanged } = application
      const company = await findCompany(services.database, reference)
      if ((yes ?? (await askForName(company))) !== company.name)
        throw new StartupProblem(
          `That is not the name of the company, ${company.name}. Nothing was destroyed.`,
        )
      await destroyCompany({ database: services.database, provider: keySource.provider }, company.id, {
        despiteHolds,
      })
      await tellKeysChanged(company.id)
      const companyId = encodeId('Company', company.id)
      process.stdout.write(
        json
          ? `${JSON.stringify({ companyId, name: company.name, destroyed: true })}\n`
          : `Destroyed the keys of ${company.name} (${companyId}), and erased its people. Nothing of it can be read any more.\n`,
      )
    } finally {
      await application.close()
    }
  })
}

async function askForName({ id, name }: FoundCompany): Promise<string> {
  if (!process.stdin.isTTY)
    throw new StartupProblem("Confirm with --yes and the company's name. Nothing was destroyed.")
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(
      `Nobody will ever read anything of ${name} (${encodeId('Company', id)}) again. Type its name to destroy its keys: `,
    )
  } finally {
    terminal.close()
  }
}
