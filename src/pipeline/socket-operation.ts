import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLError,
  GraphQLSchema,
  SubscriptionArgs,
} from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import type { Context } from '../context.ts'
import { operationsRun } from '../metrics/metrics.ts'
import { executeMasked, subscribeMasked } from './execute-masked.ts'
import { type SocketClient, socketContext } from './request-context.ts'
import type { GraphQLServer } from './yoga.ts'

/** How an operation of a socket is run once it is parsed and validated. */
export interface SocketOperation {
  document: DocumentNode
  /** Found by validation; nothing else is to be used then. */
  errors: readonly GraphQLError[]
  schema: GraphQLSchema
  contextFactory(): Promise<Context>
  execute(args: ExecutionArgs): Promise<ExecutionResult>
  subscribe(args: SubscriptionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>
}

/** Parses and validates an operation, unless its document is known. Throws for what cannot be parsed. */
export function socketOperation(
  server: GraphQLServer,
  params: SubscribePayload,
  client: SocketClient,
): SocketOperation {
  const document = server.documents.find(params.query)
  operationsRun.inc({ transport: 'websocket', document: document ? 'known' : 'new' })
  return document ? knownOperation(server, document, client) : newOperation(server, params, client)
}

function knownOperation(
  { services, schema, mask }: GraphQLServer,
  document: DocumentNode,
  client: SocketClient,
): SocketOperation {
  return {
    document,
    errors: [],
    schema,
    contextFactory: () => socketContext(services, client),
    execute: (args) => executeMasked(args, mask),
    subscribe: (args) => subscribeMasked(args, mask),
  }
}

function newOperation(
  { yoga }: GraphQLServer,
  params: SubscribePayload,
  client: SocketClient,
): SocketOperation {
  const enveloped = yoga.getEnveloped({ ...client, params, request: undefined } as never)
  const document = enveloped.parse(params.query)
  const errors = enveloped.validate(enveloped.schema, document)
  // The envelope's functions take the arguments of graphql-ws, which Yoga's types leave open.
  return { ...enveloped, document, errors } as unknown as SocketOperation
}
