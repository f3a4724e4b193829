import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Viewer } from '../auth/viewer.ts'
import type { SocketLimits } from '../env.ts'
import { RequestError } from '../errors.ts'
import { createOpenCounts } from '../limits/open-counts.ts'
import { createTokenBucket } from '../limits/token-bucket.ts'
import { refusedSockets } from '../metrics/metrics.ts'
import { onceClosed } from './authenticate.ts'
import { clientAddress } from './client-address.ts'
import { closeCodes } from './close-codes.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'

/** Bounds the sockets of a person and of an address, and the messages on a socket. */
export interface Admission {
  /** False if the upgrade was answered with 429, since too many sockets of its network are open. */
  admitAddress(request: IncomingMessage, connection: Duplex): boolean
  /** Throws RATE_LIMITED if the person has too many sockets open. */
  admitUser(viewer: Viewer, socket: WebSocket): void
  /** Closes the socket when more is said on it than anybody can mean. */
  limitMessages(socket: WebSocket): void
}

const RETRY_SECONDS = 5

/** Creates the admission of this process. */
export function createAdmission(limits: SocketLimits): Admission {
  const addresses = createOpenCounts(limits.socketsPerAddress)
  const users = createOpenCounts(limits.socketsPerUser)
  return {
    admitAddress(request, connection) {
      const close = addresses.open(clientAddress(request, limits.trustedProxies))
      if (close) connection.once('close', close)
      else {
        refusedSockets.inc({ reason: 'address' })
        refuseUpgrade(connection, '429 Too Many Requests', { 'Retry-After': RETRY_SECONDS })
      }
      return close !== undefined
    },
    admitUser({ companyId, userId }, socket) {
      const close = users.open(`${companyId} ${userId}`)
      if (!close) {
        refusedSockets.inc({ reason: 'user' })
        throw new RequestError(
          'RATE_LIMITED',
          `At most ${limits.socketsPerUser} connections of one person are open: close one first.`,
          RETRY_SECONDS * 1000,
        )
      }
      onceClosed(socket, close)
    },
    limitMessages(socket) {
      const bucket = createTokenBucket(limits.socketMessagesPerSecond)
      const hold = () => {
        if (bucket.passes()) return
        refusedSockets.inc({ reason: 'messages' })
        socket.close(closeCodes.tooMany, `At most ${limits.socketMessagesPerSecond} messages a second.`)
        // What it says before it has closed is heard no more.
        socket.removeAllListeners('message')
      }
      // First of all listeners: what is too much is not worked on.
      socket.prependListener('message', hold)
      socket.on('ping', hold)
    },
  }
}
