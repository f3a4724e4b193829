import { createHash } from 'node:crypto'

const SESSION_BYTES = 8

/** Returns the name of the session of an access token: 8 bytes of its hash in base64url. */
export function sessionOfToken(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, SESSION_BYTES).toString('base64url')
}

/** Appends the session that a ticket is made for to the ticket. */
export function ticketOf(random: Buffer, session: string): string {
  return Buffer.concat([random, Buffer.from(session, 'base64url')]).toString('base64url')
}

/** Returns the session that a ticket was made in. */
export function sessionOfTicket(ticket: string): string {
  return Buffer.from(ticket, 'base64url').subarray(-SESSION_BYTES).toString('base64url')
}
