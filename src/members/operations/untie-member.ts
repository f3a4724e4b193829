import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { NotFoundError } from '../../errors.ts'

/** A member whose login was removed. */
export interface UntiedMember {
  userId: string
  name: string
  issuer: string
  subject: string
}

/**
 * Removes the login from the member with this external id. The membership is an invitation again, which the next
 * matching login takes. The member's tickets end at once, open sockets and streams at their next operation or event.
 * Returns null if the member had no login. Throws NotFoundError.
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
  // Always logged at level warn, because it changes who may act as the member.
  if (untied) log.warn({ companyId, externalId, ...untied }, 'a login was untied from a member')
  return untied
}
