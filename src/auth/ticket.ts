import { createHash, randomBytes } from 'node:crypto'
import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { RequestError } from '../errors.ts'
import { ticketOf } from './session.ts'
import type { Viewer } from './viewer.ts'

const mint = statement({
  name: 'mint_ticket',
  parameters: ['ticketHash', 'expiresAt'],
  row: rowsOf<{ expiresAt: Date | null }>(),
  text: `select app.mint_ticket(:ticketHash, :expiresAt) as "expiresAt"`,
})

/** A single-use ticket for one WebSocket. */
export interface Ticket {
  ticket: string
  expiresAt: Date
}

/**
 * Creates a ticket for the viewer's session. It expires after 60 s, or with the access token if that is earlier. Throws
 * RequestError.
 */
export async function mintTicket(tenant: TenantDatabase, viewer: Viewer, session: string): Promise<Ticket> {
  const ticket = ticketOf(randomBytes(24), session)
  const [minted] = await tenant.query(mint, { ticketHash: hashTicket(ticket), expiresAt: viewer.expiresAt })
  if (!minted?.expiresAt)
    throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  return { ticket, expiresAt: minted.expiresAt }
}

/** The hash of a ticket that the database stores. A ticket has 192 random bits, so a plain hash is enough. */
export function hashTicket(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
