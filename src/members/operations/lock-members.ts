import type { Transaction } from '../../database/tenant-client.ts'
import { RequestError } from '../../errors.ts'

/**
 * Locks the company's members and roles, so that changes of them run one after another. Throws FORBIDDEN if the membership has
 * ended meanwhile.
 */
export async function lockMembers(transaction: Transaction, companyId: string): Promise<void> {
  const locked = await transaction.$queryRaw<{ id: string }[]>`
    select c.id from companies c where c.id = ${companyId}::uuid for no key update`
  if (locked.length === 0)
    throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
}

/** Returns the company's position after the triggers have appended events for people whose access has changed. */
export async function readPosition(transaction: Transaction, companyId: string): Promise<number> {
  const stream = await transaction.companyStream.findFirst({ where: { companyId } })
  return Number(stream?.position ?? 0)
}
