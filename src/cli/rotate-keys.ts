import { type Application, openApplication } from '../application.ts'
import { forEachCompany } from '../companies/each-company.ts'
import { findCompany } from '../companies/find-company.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import { KeysDestroyedError } from '../encryption/errors.ts'
import { rotateDataKey, rotateSecret } from '../encryption/rotate-keys.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** The companies to rotate the keys of, and the keys. */
export interface RotateOptions {
  /** A company's name, external id or id. Undefined means all. */
  company?: string
  /** True if data keys are rotated too. */
  data?: boolean
  json?: boolean
}

interface Rotated {
  companies: number
  rewrapped: number
  /** From this time on all new texts are encrypted with the new data keys. Null if none were made. */
  activeFrom: Date | null
  failed: number
}

/**
 * Wraps the data keys of companies with new secrets, and makes new data keys if asked to. Companies whose keys are
 * destroyed are left out. Throws NotFoundError, ConflictError.
 */
export async function rotateKeys({ company, data, json }: RotateOptions): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication(environment, log)
    try {
      const { database } = application.services
      const ids =
        company === undefined ? await companyIds(database) : [(await findCompany(database, company)).id]
      const rotated = await rotate(application, ids, data === true)
      process.stdout.write(json ? `${JSON.stringify(rotated)}\n` : inWords(rotated))
      if (rotated.failed > 0) process.exitCode = 1
    } finally {
      await application.close()
    }
  })
}

async function rotate(application: Application, ids: string[], data: boolean): Promise<Rotated> {
  const { keySource, services, tellKeysChanged } = application
  const rotated: Rotated = { companies: 0, rewrapped: 0, activeFrom: null, failed: 0 }
  const work = async (companyId: string) => {
    try {
      if (data) rotated.activeFrom = await rotateDataKey(keySource, companyId)
      rotated.rewrapped += await rotateSecret(keySource, companyId)
      rotated.companies += 1
    } catch (error) {
      if (!(error instanceof KeysDestroyedError)) throw error
      if (ids.length === 1) throw error
    } finally {
      await tellKeysChanged(companyId)
    }
  }
  rotated.failed = await forEachCompany(services, ids, { work, failed: 'keys could not be rotated' })
  return rotated
}

function inWords({ companies, rewrapped, activeFrom, failed }: Rotated): string {
  const lines = [`Wrapped ${rewrapped} data keys of ${companies} companies with new secrets.`]
  if (activeFrom) lines.push(`The new data keys encrypt from ${activeFrom.toISOString()} on.`)
  if (failed > 0)
    lines.push(
      `Those of ${failed} could not be rotated; the log says why. They work as before: run it again.`,
    )
  return `${lines.join('\n')}\n`
}
