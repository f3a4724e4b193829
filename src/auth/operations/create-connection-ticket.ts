import { z } from 'zod'
import type { Context } from '../../context.ts'
import { PermissionDeniedError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { mintTicket, type Ticket } from '../ticket.ts'

const schema = z.object({ companyId: id('Company').nullish() })

/**
 * Creates a ticket for the viewer in this company or in another one of the same login. Throws PermissionDeniedError.
 */
export async function createConnectionTicket(context: Context, input: unknown): Promise<Ticket> {
  const { companyId } = parseInput(schema, input)
  const { viewer, tenant, services, device } = context
  const { session } = device()
  if (companyId == null || companyId === viewer.companyId) return mintTicket(tenant, viewer, session)
  const elsewhere = await services.signIn.elsewhere(viewer, companyId)
  if (!elsewhere) throw new PermissionDeniedError('You have no active membership in this company.')
  return mintTicket(services.database.forTenant(elsewhere), elsewhere, session)
}
