import { createHash, randomBytes } from 'node:crypto'
import type { TenantDatabase } from '../database/database.ts'
import { RequestError } from '../errors.ts'
import { ticketOf } from './session.ts'
import type { Viewer } from './viewer.ts'

const mint = { name: 'mint_ticket', text: `select app.mint_ticket($1, $2) as "expiresAt"` }

/** A single-use ticket for one WebSocket. */
export interface Ticket {
  ticket: string
  expiresAt: Date
}

/**
 * Makes a ticket for the viewer's login session; it holds for 60 s, never longer than the access token. Throws RequestError.
 */
export async function mintTicket(tenant: TenantDatabase, viewer: Viewer, session: string): Promise<Ticket> {
  const ticket = ticketOf(randomBytes(24), session)
  const [minted] = await tenant.query<{ expiresAt: Date | null }>(mint, [
    hashTicket(ticket),
    viewer.expiresAt,
  ])
  if (!minted?.expiresAt)
    throw new RequestError('FORBIDDEN', 'You have no active membership in this company.')
  return { ticket, expiresAt: minted.expiresAt }
}

/** What the database keeps of a ticket; the ticket has 192 random bits, so a plain hash is enough. */
export function hashTicket(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
