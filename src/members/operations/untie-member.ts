import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { NotFoundError } from '../../errors.ts'

/** A member whose login was untied. */
export interface UntiedMember {
  userId: string
  name: string
  issuer: string
  subject: string
}

/**
 * Unties the login from the company's member with this external id: the membership is an invitation again, and the next login
 * that it is meant for is tied. Tickets of the member end, and open sockets and streams with their next operation or event.
 * Null if no login was tied. Throws NotFoundError.
 */
export async function untieMember(
  { database, log }: { database: Database; log: Logger },
  companyId: string,
  externalId: string,
): Promise<UntiedMember | null> {
  const untied = await database.forSystem(companyId).transaction(async (transaction) => {
    const member = await transaction.user.findFirst({ where: { companyId, externalId } })
    if (!member) throw new NotFoundError(`The company has no member with the external id ${externalId}.`)
    const { id, name, issuer, subject } = member
    if (issuer === null || subject === null) return null
    const where = { companyId_id: { companyId, id } }
    await transaction.user.update({ where, data: { issuer: null, subject: null } })
    await transaction.connectionTicket.deleteMany({ where: { companyId, userId: id } })
    return { userId: id, name, issuer, subject }
  })
  // At this level whatever the configuration: it changes who may act as whom.
  if (untied) log.warn({ companyId, externalId, ...untied }, 'a login was untied from a member')
  return untied
}
