import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Viewer } from '../auth/viewer.ts'
import type { SocketLimits } from '../env.ts'
import { RequestError } from '../errors.ts'
import { clientNetwork } from '../http/client-address.ts'
import { createOpenCounts } from '../limits/open-counts.ts'
import { TokenBucket } from '../limits/token-bucket.ts'
import { refusedSockets } from '../metrics/metrics.ts'
import type { ClientSocket } from './client-socket.ts'
import { closeCodes } from './close-codes.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'

/** Limits the sockets per person and per address, and the messages per socket. */
export interface Admission {
  /** Returns false if the upgrade was answered with 429, because too many sockets of its network are open. */
  admitAddress(request: IncomingMessage, connection: Duplex): boolean
  /** Throws RATE_LIMITED if the person has too many open sockets. */
  admitUser(viewer: Viewer, socket: ClientSocket): void
  /** Closes the socket when it receives too many messages. */
  limitMessages(socket: ClientSocket): void
}

const RETRY_SECONDS = 5

/** Creates the admission of this process. */
export function createAdmission(limits: SocketLimits): Admission {
  const addresses = createOpenCounts(limits.socketsPerAddress)
  const users = createOpenCounts(limits.socketsPerUser)
  return {
    admitAddress(request, connection) {
      const counted = addresses.open(clientNetwork(request, limits.trustedProxies))
      if (counted) connection.once('close', () => counted.release())
      else {
        refusedSockets.inc({ reason: 'address' })
        refuseUpgrade(connection, '429 Too Many Requests', { 'Retry-After': RETRY_SECONDS })
      }
      return counted !== undefined
    },
    admitUser({ companyId, userId }, socket) {
      const counted = users.open(`${companyId} ${userId}`)
      if (!counted) {
        refusedSockets.inc({ reason: 'user' })
        throw new RequestError(
          'RATE_LIMITED',
          `At most ${limits.socketsPerUser} connections of one person are open: close one first.`,
          RETRY_SECONDS * 1000,
        )
      }
      socket.onceClosed(() => counted.release())
    },
    limitMessages(socket) {
      const bucket = new TokenBucket(limits.socketMessagesPerSecond)
      const hold = () => {
        if (bucket.passes()) return
        refusedSockets.inc({ reason: 'messages' })
        socket.close(closeCodes.tooMany, `At most ${limits.socketMessagesPerSecond} messages a second.`)
        // Messages that arrive while it closes are ignored.
        socket.removeAllListeners('message')
      }
      // Registered before all other listeners, so that excess messages cause no work.
      socket.prependListener('message', hold)
      socket.on('ping', hold)
    },
  }
}
