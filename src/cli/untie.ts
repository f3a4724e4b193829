import { openApplication } from '../application.ts'
import { findCompany } from '../companies/find-company.ts'
import { encodeId } from '../ids.ts'
import { untieMember } from '../members/operations/untie-member.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** Removes the login from a member, so that the right person can sign in. Throws NotFoundError, ConflictError. */
export async function untie(
  reference: string,
  externalId: string,
  { json }: { json?: boolean },
): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const { services } = application
      const company = await findCompany(services.database, reference)
      const untied = await untieMember(services, company.id, externalId)
      const companyId = encodeId('Company', company.id)
      const { issuer, subject } = untied ?? { issuer: null, subject: null }
      process.stdout.write(
        json
          ? `${JSON.stringify({ companyId, externalId, untied: untied !== null, issuer, subject })}\n`
          : untied
            ? `Untied the login ${subject} of ${issuer} from ${untied.name} (${externalId}) of ${company.name}.\n`
            : `No login was tied to ${externalId} of ${company.name}.\n`,
      )
    } finally {
      await application.close()
    }
  })
}
