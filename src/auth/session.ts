import { createHash } from 'node:crypto'

const SESSION_BYTES = 8

/** Names the login session that an access token stands for: 8 bytes of its hash in base64url. */
export function sessionOfToken(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, SESSION_BYTES).toString('base64url')
}

/** Puts the session that a ticket is made for at its end. */
export function ticketOf(random: Buffer, session: string): string {
  return Buffer.concat([random, Buffer.from(session, 'base64url')]).toString('base64url')
}

/** Names the session that a ticket was made in. */
export function sessionOfTicket(ticket: string): string {
  return Buffer.from(ticket, 'base64url').subarray(-SESSION_BYTES).toString('base64url')
}
