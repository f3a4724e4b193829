import { ColloquyError } from '../../src/client/errors.ts'
import { CreateConnectionTicketDocument } from '../../src/client/operations.ts'
import { createRequest, type RequestTarget } from '../../src/client/request.ts'

/** Returns a ticket that opens one socket. Throws ColloquyError. */
export async function ticketFor(target: RequestTarget): Promise<string> {
  const input = target.companyId === undefined ? {} : { companyId: target.companyId }
  const { createConnectionTicket: result } = await createRequest(target)(CreateConnectionTicketDocument, {
    input,
  })
  if (result.__typename === 'CreateConnectionTicketPayload') return result.ticket
  throw new ColloquyError('FORBIDDEN', result.detail)
}
