import type { IncomingMessage } from 'node:http'
import { type GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql'
import { createYoga, type Plugin, type YogaInitialContext, type YogaServerInstance } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import type { Context, Services } from '../context.ts'
import type { DemoLink } from '../graphiql/demo-link.ts'
import { type DemoUser, graphiql } from '../graphiql/graphiql.ts'
import { requestOrigin } from '../http/request-origin.ts'
import { subscribeFreshly } from '../subscriptions/subscribe-freshly.ts'
import { codedAnswers } from './coded-answers.ts'
import { corsOptions } from './cors.ts'
import { operations } from './execute-operation.ts'
import { createKnownDocuments, type KnownDocuments, learnAtOnce } from './known-documents.ts'
import { maskError, withoutSuggestion } from './mask-error.ts'
import { requestContext, type SocketClient, signInRequest, socketContext } from './request-context.ts'
import { maxRequestBytes, requestLimitPlugins } from './request-limits.ts'
import { requestParser } from './request-parser.ts'
import { schema } from './schema.ts'
import { type SignedIn, signInFirst } from './sign-in-first.ts'

/** The request as Node.js received it; on a WebSocket what it has found out about its client before the first operation. */
export type ServerContext = Partial<SocketClient> & { req?: IncomingMessage }

/** GraphQL Yoga: HTTP and SSE through its handler, WebSockets through `getEnveloped`. */
type Yoga = YogaServerInstance<ServerContext, Context>

/** Answers operations, whichever way they come in. */
export interface GraphQLServer {
  yoga: Yoga
  schema: GraphQLSchema
  /** Valid ones, which are run without Yoga the next time. */
  documents: KnownDocuments
  services: Services
  /** Number of proxies in front of the server whose X-Forwarded-For entries are trusted. */
  trustedProxies: number
  /** Turns an error into one that a client may know. */
  mask(error: unknown): GraphQLError
}

/** `demoUsers` are the people that GraphiQL is signed in as. Null disables GraphiQL and introspection. */
export interface GraphQLServerOptions {
  services: Services
  demoUsers: (() => Promise<DemoUser[]>) | null
  /** A link that signs one visitor from another machine in as the demo users. */
  demoLink?: DemoLink | undefined
  /** Number of proxies in front of the server whose X-Forwarded-For entries are trusted. 0 by default. */
  trustedProxies?: number | undefined
  /** True: plain requests take the short way also with a document that is new, for tests that have each document once. */
  learnsAtOnce?: boolean | undefined
}

/** Builds the pipeline over the process's services. */
export function createGraphQLServer({
  services,
  demoUsers,
  demoLink,
  trustedProxies = 0,
  learnsAtOnce,
}: GraphQLServerOptions): GraphQLServer {
  const mask = (error: unknown) => {
    const masked = maskError(error, services.log)
    return demoUsers ? masked : withoutSuggestion(masked)
  }
  const documents = createKnownDocuments()
  const yoga = createYoga<ServerContext, Context>({
    schema,
    logging: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: maxRequestBytes,
    parserAndValidationCache: documents.caches,
    graphiql: false,
    cors: corsOptions,
    maskedErrors: { maskError: mask },
    plugins: [
      ...requestLimitPlugins(),
      demoUsers ? graphiql(services, demoUsers, demoLink) : withoutIntrospection(),
      requestParser(),
      documents.plugin,
      codedAnswers(mask),
      signInFirst(services, (request) => viewerOf(services, request, trustedProxies), demoUsers !== null),
      operations(),
      subscribeFreshly(),
    ],
    context: (initial) => contextOf(services, initial, trustedProxies),
  })
  return {
    yoga,
    schema,
    documents: learnsAtOnce ? learnAtOnce(documents, yoga as never) : documents,
    services,
    trustedProxies,
    mask,
  }
}

/** Without a viewer the operation gate allows only introspection, and the companies to choose from. */
async function contextOf(
  services: Services,
  initial: YogaInitialContext & ServerContext & SignedIn,
  trustedProxies: number,
): Promise<Context> {
  const { viewer, device, originOfNext, signedIn, choices, req } = initial
  // A WebSocket's operations come without a request.
  if (viewer) return socketContext(services, { viewer, device, originOfNext })
  if (!signedIn) return { services, choices } as Context
  return requestContext(services, signedIn, headersOf(initial.request), () =>
    requestOrigin(req as IncomingMessage, trustedProxies),
  )
}

function viewerOf(
  services: Services,
  { request, params, req }: YogaInitialContext & ServerContext,
  trustedProxies: number,
): Promise<Viewer | undefined> {
  return signInRequest(services, headersOf(request), params, () =>
    requestOrigin(req as IncomingMessage, trustedProxies),
  )
}

function headersOf({ headers }: Request) {
  return (name: string) => headers.get(name) ?? undefined
}

function withoutIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule)
    },
  }
}
