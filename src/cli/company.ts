import { z } from 'zod'
import { openApplication } from '../application.ts'
import { createCompany } from '../companies/operations/create-company.ts'
import { encodeId } from '../ids.ts'
import { lineText, shortText, visible } from '../input.ts'
import { emailAddress } from '../members/email-address.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** The company's first member, and the embedding product's id of the company. */
export interface CompanyOptions {
  externalId?: string
  /** The member's external id, as in the identity provider's member claim. */
  owner: string
  ownerName: string
  ownerEmail?: string
  json?: boolean
}

const companySchema = z.object({
  name: lineText('The name'),
  externalId: visible(shortText(255), 'The external id').optional(),
  owner: visible(shortText(255), "The owner's external id"),
  ownerName: lineText("The owner's name"),
  ownerEmail: emailAddress("The owner's e-mail is not an e-mail address.").optional(),
})

/**
 * Creates a company with its first owner, who can then synchronise the other members. Throws StartupProblem,
 * ConflictError.
 */
export async function company(given: string, options: CompanyOptions): Promise<void> {
  const parsed = companySchema.safeParse({ name: given, ...options })
  if (!parsed.success) throw new StartupProblem(parsed.error.issues.map(({ message }) => message).join(' '))
  const { name, externalId, owner, ownerName, ownerEmail } = parsed.data
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const member = { externalId: owner, name: ownerName, email: ownerEmail ?? null, department: null }
      const uuid = await createCompany(application.services.database, {
        name,
        externalId: externalId ?? null,
        members: [{ ...member, role: 'owner' }],
      })
      const companyId = encodeId('Company', uuid)
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ companyId, name, externalId: externalId ?? null, owner })}\n`
          : `Created the company ${name} (${companyId}) with its owner ${owner}.\n`,
      )
    } finally {
      await application.close()
    }
  })
}
