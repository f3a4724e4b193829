import { expect } from 'vitest'
import type { Client } from '../support/client.ts'
import { openRawSocket } from '../support/raw-socket.ts'

/** The close of a socket whose ticket opens nothing. */
export const useless = {
  code: 4401,
  reason: 'The connection ticket is unknown, used or expired; make a new one.',
}

/** Makes a ticket for the person. */
export async function mint(client: Client): Promise<{ ticket: string; expiresAt: string }> {
  const made = await client.mutate('createConnectionTicket', {}, 'ticket expiresAt')
  expect(made.__typename).toBe('CreateConnectionTicketPayload')
  return made
}

/** Opens a socket at each of the servers at the same time with one ticket; gives 'in' or the close of each. */
export async function attempts(urls: string[], ticket: string): Promise<unknown[]> {
  return Promise.all(
    urls.map(async (url) => {
      const { frame, closed, socket } = await openRawSocket(url, { ticket })
      const outcome = await Promise.race([
        frame(({ type }) => type === 'connection_ack').then(
          () => 'in',
          () => closed,
        ),
        closed,
      ])
      socket.close()
      return outcome
    }),
  )
}
