import { createHash, randomBytes } from 'node:crypto'
import type { TenantDatabase } from '../database/database.ts'
import type { Viewer } from './viewer.ts'

const LIFE_MS = 60_000

const insertTicket = {
  name: 'insert_ticket',
  text: `insert into connection_tickets (company_id, ticket_hash, user_id, expires_at, token_expires_at)
         values ($1, $2, $3, $4, $5)`,
}

/** A single-use ticket for one WebSocket (features 1.6). */
export interface Ticket {
  ticket: string
  expiresAt: Date
}

/** Makes a ticket for the viewer; it holds for 60 s, never longer than the access token. */
export async function mintTicket(tenant: TenantDatabase, viewer: Viewer): Promise<Ticket> {
  const ticket = randomBytes(32).toString('base64url')
  const expiresAt = new Date(Math.min(Date.now() + LIFE_MS, viewer.expiresAt.getTime()))
  await tenant.query(insertTicket, [
    viewer.companyId,
    hashTicket(ticket),
    viewer.userId,
    expiresAt,
    viewer.expiresAt,
  ])
  return { ticket, expiresAt }
}

/** What the database keeps of a ticket; the ticket has 256 random bits, so a plain hash is enough. */
export function hashTicket(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
