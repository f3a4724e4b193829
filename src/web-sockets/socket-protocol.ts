import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql'
import type { ServerOptions } from 'graphql-ws'
import type { Extra } from 'graphql-ws/use/ws'
import type { WebSocket } from 'ws'
import type { Viewer } from '../auth/viewer.ts'
import type { Context, Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { inexactNumber, inexactNumberText } from '../graphql/exact-numbers.ts'
import { type RequestOrigin, socketOrigins } from '../http/request-origin.ts'
import { maskError } from '../pipeline/mask-error.ts'
import { unauthenticated } from '../pipeline/sign-in-first.ts'
import { type SocketOperation, socketOperation } from '../pipeline/socket-operation.ts'
import type { GraphQLServer } from '../pipeline/yoga.ts'
import type { Device, SocketDevices } from '../presence/device.ts'
import { sendAnswersTo } from '../subscriptions/event-answers.ts'
import type { Admission } from './admission.ts'
import { authenticate, type ConnectionParams, openDevice } from './authenticate.ts'
import { closeCodes, closeRefused } from './close-codes.ts'
import type { InFlight } from './in-flight.ts'
import { rawAnswers } from './raw-answers.ts'

/** The state of a socket after its client has signed in. */
export interface SocketState extends Record<PropertyKey, unknown> {
  viewer: Viewer
  device: Device
  /** Returns the origin of the next operation. */
  originOfNext: () => RequestOrigin
  /** The request of each open subscription. */
  streams: Set<object>
  /** The text of the message that is being processed. */
  received: string
}

const INIT_TIMEOUT_MS = 5_000
const MAX_STREAMS = 100

/** Returns the graphql-ws options for connections and operations. */
export function socketProtocol(
  graphql: GraphQLServer,
  services: Services,
  devices: SocketDevices,
  admission: Admission,
  inFlight: InFlight,
): ServerOptions<ConnectionParams, Extra & Partial<SocketState>> {
  return {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute: (args) => answered(services, args, (pipeline) => pipeline.execute(args)),
    subscribe: (args) => answered(services, args, (pipeline) => pipeline.subscribe(args)),

    async onConnect({ connectionParams, extra }) {
      try {
        const params = connectionParams ?? {}
        const viewer = await authenticate(services, params)
        admission.admitUser(viewer, extra.socket)
        extra.viewer = viewer
        extra.device = openDevice(devices, viewer, params, extra.socket)
        extra.originOfNext = socketOrigins(extra.request, graphql.trustedProxies)
        extra.streams = new Set()
        closeAtExpiry(extra.socket, viewer.expiresAt)
        return true
      } catch (error) {
        closeRefused(extra.socket, maskError(error, services.log))
        return false
      }
    },

    onOperation({ extra }, id, _params, { contextValue }) {
      sendAnswersTo(contextValue as object, rawAnswers(extra.socket, extra.request.socket, id))
    },

    onNext(_context, _id, _params, _args, { errors }) {
      if (errors) dropStatus(errors)
    },

    onError(_context, _id, _params, errors) {
      dropStatus(errors)
    },

    onComplete({ extra }, _id, params) {
      extra.streams?.delete(params)
      inFlight.delete(extra.socket, params)
    },

    async onSubscribe({ extra }, _id, params) {
      const inexact = inexactNumber(extra.received ?? '', ['payload', 'variables'])
      if (inexact)
        return [maskError(new RequestError('BAD_USER_INPUT', inexactNumberText(inexact)), services.log)]
      try {
        const { viewer, device, originOfNext } = extra
        // graphql-ws has closed the socket of a client that did not sign in.
        if (!viewer) throw unauthenticated()
        await services.work.admit(viewer, extra.received?.length ?? params.query.length)
        const pipeline = socketOperation(graphql, params, { viewer, device, originOfNext })
        const { document, errors } = pipeline
        if (errors.length > 0) return errors.map((error) => maskError(error, services.log))
        const operation = getOperationAST(document, params.operationName)
        if (!operation)
          throw new RequestError('BAD_USER_INPUT', 'Could not determine what operation to execute.')
        const isStream = operation.operation === 'subscription'
        if (!isStream) inFlight.add(extra.socket, params)
        const contextValue = await pipeline.contextFactory()
        if (isStream) addStream(extra.streams ?? new Set(), params)
        return {
          schema: pipeline.schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue,
          rootValue: pipeline,
        }
      } catch (error) {
        inFlight.delete(extra.socket, params)
        return [maskError(error, services.log)]
      }
    },
  }
}

/**
 * Runs the work when the person's budget allows it. An error is returned as the answer to its operation; thrown, it
 * would close the socket.
 */
async function answered<T>(
  { log, work }: Services,
  { rootValue, contextValue }: ExecutionArgs,
  run: (pipeline: SocketOperation) => T | Promise<T>,
): Promise<T | { errors: GraphQLError[] }> {
  try {
    return await work.run((contextValue as Context).viewer, () => run(rootValue as SocketOperation))
  } catch (error) {
    return { errors: [maskError(error, log)] }
  }
}

function addStream(streams: Set<object>, request: object): void {
  if (streams.size >= MAX_STREAMS) {
    throw new RequestError(
      'QUERY_TOO_EXPENSIVE',
      `At most ${MAX_STREAMS} subscriptions are open on one connection: complete one first.`,
    )
  }
  streams.add(request)
}

/** Masked errors carry a status for HTTP, which means nothing here. */
function dropStatus(errors: readonly { extensions?: Record<string, unknown> }[]): void {
  for (const { extensions } of errors) delete extensions?.http
}

function closeAtExpiry(socket: WebSocket, expiresAt: Date): void {
  // The client may have disconnected while its credentials were verified.
  if (socket.readyState !== socket.OPEN) return
  const wait = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), 2 ** 31 - 1)
  const timer = setTimeout(() => socket.close(closeCodes.unauthorized, 'The access token has expired.'), wait)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
