import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { handleProtocols, makeServer } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import type { Services } from '../context.ts'
import type { SocketLimits } from '../env.ts'
import { asksForWebSocket, ignoreUpgrade } from '../http/ignore-upgrade.ts'
import { socketOrigins } from '../http/request-origin.ts'
import { requestPath } from '../http/request-target.ts'
import { openSockets } from '../metrics/metrics.ts'
import { maxRequestBytes } from '../pipeline/request-limits.ts'
import type { GraphQLServer } from '../pipeline/yoga.ts'
import { createSocketDevices } from '../presence/device.ts'
import { presenceTimes } from '../presence/status.ts'
import { createAdmission } from './admission.ts'
import type { ConnectionParams } from './authenticate.ts'
import { ClientSocket } from './client-socket.ts'
import { closeCodes } from './close-codes.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createInFlight, type InFlight } from './in-flight.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { socketProtocol } from './socket-protocol.ts'
import { openState, type SocketState } from './socket-state.ts'
import { speak } from './speak.ts'

/** The settings of WebSockets. */
export interface WebSocketOptions {
  limits: SocketLimits
  /** Interval of pings. A socket that has not answered by the next one is closed. */
  pingMs?: number | undefined
}

/** A peer that vanished is detected within 24 s. */
const PING_MS = 12_000

/**
 * Maximum time that a stopping server waits for running operations of a socket, and then for its client to close it.
 */
const ANSWERED_WITHIN_MS = 5_000
const CLOSED_WITHIN_MS = 1_000

/** Serves graphql-transport-ws on /graphql. Operations go through the same pipeline as over HTTP. */
export function attachWebSockets(
  http: HttpServer,
  graphql: GraphQLServer,
  services: Services,
  { limits, pingMs = PING_MS }: WebSocketOptions,
): { close(): Promise<void> } {
  const admission = createAdmission(limits)
  const inFlight = createInFlight()
  const heartbeat = createHeartbeat(pingMs)
  const noteFailure = (error: Error) => services.log.debug({ err: error }, 'a WebSocket failed')
  let isStopping = false
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxRequestBytes,
    perMessageDeflate: false,
    WebSocket: ClientSocket,
    handleProtocols,
  })
  http.on('upgrade', (request: IncomingMessage, connection, head) => {
    if (!asksForWebSocket(request)) return ignoreUpgrade(http, request, connection, head)
    if (requestPath(request) !== '/graphql') return refuseUpgrade(connection, '404 Not Found')
    if (isStopping) return refuseUpgrade(connection, '503 Service Unavailable')
    if (!admission.admitAddress(request, connection)) return
    sockets.handleUpgrade(request, connection, head, (client) => {
      openSockets.inc()
      client.onceClosed(leaveOpenSockets)
      client.on('error', noteFailure)
      heartbeat.watch(client)
      const origins = socketOrigins(request, limits.trustedProxies)
      speak(protocol, openState(client, request.socket, origins), services.log)
      admission.limitMessages(client)
    })
  })
  // Clients of a stopping server reconnect to another one, which may take longer than the grace period.
  const devices = createSocketDevices(services.presence, () =>
    isStopping ? presenceTimes.silence : presenceTimes.grace,
  )
  const protocol = makeServer<ConnectionParams, SocketState>(
    socketProtocol(graphql, services, devices, admission, inFlight),
  )

  return {
    async close() {
      isStopping = true
      await closeSockets(sockets, inFlight)
    },
  }
}

async function closeSockets(sockets: WebSocketServer, inFlight: InFlight): Promise<void> {
  inFlight.close()
  const longEnough = delay(ANSWERED_WITHIN_MS, undefined, { ref: false })
  await Promise.all(
    [...sockets.clients].map(async (client) => {
      await Promise.race([inFlight.settled(client), longEnough])
      client.close(closeCodes.restart, 'The server restarts: connect again.')
    }),
  )
  const leaveBehind = setTimeout(() => {
    for (const client of sockets.clients) client.terminate()
  }, CLOSED_WITHIN_MS)
  await new Promise((resolve) => sockets.close(resolve))
  clearTimeout(leaveBehind)
}

function leaveOpenSockets(): void {
  openSockets.dec()
}
