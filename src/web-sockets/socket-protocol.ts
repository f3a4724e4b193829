import { type DocumentNode, type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql'
import type { Context as Connection, ServerOptions, SubscribePayload } from 'graphql-ws'
import type { Context, Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { inexactNumber, inexactNumberText } from '../graphql/exact-numbers.ts'
import { maskError } from '../pipeline/mask-error.ts'
import { type SocketOperation, socketOperation } from '../pipeline/socket-operation.ts'
import { watchSignIn } from '../pipeline/watch-sign-in.ts'
import type { GraphQLServer } from '../pipeline/yoga.ts'
import type { SocketDevices } from '../presence/device.ts'
import { answersOf } from '../subscriptions/event-answers.ts'
import type { Admission } from './admission.ts'
import { authenticate, type ConnectionParams, openDevice } from './authenticate.ts'
import { isOutdated } from './client-version.ts'
import { closeCodes, closeRefused } from './close-codes.ts'
import type { InFlight } from './in-flight.ts'
import { RawAnswers } from './raw-answers.ts'
import { addStream, remember, removeStream, type SocketState, viewerOf } from './socket-state.ts'

const INIT_TIMEOUT_MS = 5_000

/** Returns the graphql-ws options for connections and operations. */
export function socketProtocol(
  graphql: GraphQLServer,
  services: Services,
  devices: SocketDevices,
  admission: Admission,
  inFlight: InFlight,
): ServerOptions<ConnectionParams, SocketState> {
  return {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute: (args) => answered(services, args, (pipeline) => pipeline.execute(args)),
    subscribe: (args) => answered(services, args, (pipeline) => pipeline.subscribe(args)),

    onConnect: (connection) => signIn({ services, devices, admission }, connection),

    onOperation({ extra }, id, _params, args) {
      answersOf(args.contextValue as object)?.sendTo(new RawAnswers(extra, id))
    },

    onNext(_context, _id, _params, _args, { errors }) {
      if (errors) dropStatus(errors)
    },

    onError(_context, _id, _params, errors) {
      dropStatus(errors)
    },

    onComplete({ extra }, id, params) {
      removeStream(extra, id)
      inFlight.delete(extra.socket, params)
    },

    async onSubscribe({ extra }, id, params) {
      try {
        return await begin({ graphql, services, inFlight }, extra, { id, params })
      } catch (error) {
        inFlight.delete(extra.socket, params)
        return maskAll([error], services)
      }
    },
  }
}

interface Entrance {
  services: Services
  devices: SocketDevices
  admission: Admission
}

/** Signs a connection in. False if it was closed instead. */
async function signIn(
  { services, devices, admission }: Entrance,
  connection: Connection<ConnectionParams, SocketState>,
): Promise<boolean> {
  const { connectionParams: params = {}, extra } = connection
  try {
    if (isOutdated(params.clientVersion)) {
      extra.socket.close(closeCodes.outdated, 'This client is outdated: reload the page.')
      return false
    }
    const viewer = await watchSignIn(services, authenticate(services, params), extra.originOfNext)
    admission.admitUser(viewer, extra.socket)
    extra.device = openDevice(devices, viewer, params, extra.socket)
    remember(extra, viewer)
    return true
  } catch (error) {
    closeRefused(extra.socket, maskError(error, services.log))
    return false
  } finally {
    // The socket needs its credential no more.
    delete (connection as { connectionParams?: unknown }).connectionParams
  }
}

interface Operations {
  graphql: GraphQLServer
  services: Services
  inFlight: InFlight
}

/** Admits an operation, and returns what it is executed with, or the errors of its document. Throws RequestError. */
async function begin(
  { graphql, services, inFlight }: Operations,
  state: SocketState,
  { id, params }: { id: string; params: SubscribePayload },
): Promise<ExecutionArgs | GraphQLError[]> {
  const { received, device, originOfNext } = state
  const inexact = inexactNumber(received, ['payload', 'variables'])
  if (inexact) throw new RequestError('BAD_USER_INPUT', inexactNumberText(inexact))
  const viewer = viewerOf(state)
  await services.work.admit(viewer, received.length)
  const pipeline = socketOperation(graphql, params, { viewer, device, originOfNext })
  const { document, errors } = pipeline
  if (errors.length > 0) return maskAll(errors, services)
  const operation = getOperationAST(document, params.operationName)
  if (!operation) throw new RequestError('BAD_USER_INPUT', 'Could not determine what operation to execute.')
  const isStream = operation.operation === 'subscription'
  if (!isStream) inFlight.add(state.socket, params)
  const contextValue = await pipeline.contextFactory()
  if (isStream) {
    addStream(state, id)
    shareText(params, document)
  }
  return {
    schema: pipeline.schema,
    operationName: params.operationName,
    document,
    variableValues: params.variables,
    contextValue,
    rootValue: pipeline,
  }
}

function maskAll(errors: readonly unknown[], { log }: Services): GraphQLError[] {
  return errors.map((error) => maskError(error, log))
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

/** graphql-ws holds the request as long as the subscription; all requests of a document hold one text. */
function shareText(request: SubscribePayload, { loc }: DocumentNode): void {
  if (loc) Object.assign(request, { query: loc.source.body })
}

/** Masked errors carry a status for HTTP, which means nothing here. */
function dropStatus(errors: readonly { extensions?: Record<string, unknown> }[]): void {
  for (const { extensions } of errors) delete extensions?.http
}
