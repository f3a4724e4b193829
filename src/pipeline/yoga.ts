import { NoSchemaIntrospectionCustomRule } from 'graphql'
import { createYoga, type Plugin, type YogaInitialContext, type YogaServerInstance } from 'graphql-yoga'
import { sessionOfToken } from '../auth/session.ts'
import type { Viewer } from '../auth/viewer.ts'
import { type Context, createContext, type Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { type DemoUser, graphiql } from '../graphiql/graphiql.ts'
import type { DemoLink } from '../graphiql/visitor.ts'
import type { Device } from '../presence/device.ts'
import { subscribeFreshly } from '../subscriptions/subscribe-freshly.ts'
import { codedAnswers } from './coded-answers.ts'
import { documentCaches } from './document-cache.ts'
import { maskError, withoutSuggestion } from './mask-error.ts'
import { noteActivity } from './note-activity.ts'
import { operationGate } from './operation-gate.ts'
import { maxRequestBytes, requestLimitPlugins } from './request-limits.ts'
import { requestParser } from './request-parser.ts'
import { reserveCalls } from './reserve-calls.ts'
import { schema } from './schema.ts'
import { type SignedIn, signInFirst } from './sign-in-first.ts'
import { ticketCompany } from './ticket-company.ts'

/** What a WebSocket has found out about its client before the first operation. */
export interface SocketContext {
  viewer?: Viewer
  device?: Device
}

/** The one pipeline of every operation: HTTP and SSE through its handler, WebSockets through `getEnveloped`. */
export type GraphQLServer = YogaServerInstance<SocketContext, Context>

/** `demoUsers`: who GraphiQL is signed in as; null turns GraphiQL and introspection off. */
export interface GraphQLServerOptions {
  services: Services
  demoUsers: (() => Promise<DemoUser[]>) | null
  /** Lets somebody at another machine be signed in as the demo users, once. */
  demoLink?: DemoLink | undefined
}

/** As long as browsers keep it at the most. */
const PREFLIGHT_SECONDS = 86_400

/** Builds the pipeline over the process's services. */
export function createGraphQLServer({ services, demoUsers, demoLink }: GraphQLServerOptions): GraphQLServer {
  const mask = (error: unknown) => {
    const masked = maskError(error, services.log)
    return demoUsers ? masked : withoutSuggestion(masked)
  }
  return createYoga<SocketContext, Context>({
    schema,
    logging: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: maxRequestBytes,
    parserAndValidationCache: documentCaches(),
    graphiql: false,
    // Who asks brings a token, so any page may; nothing that a browser adds by itself means anything here.
    cors: { credentials: false, maxAge: PREFLIGHT_SECONDS },
    maskedErrors: { maskError: mask },
    plugins: [
      ...requestLimitPlugins(),
      demoUsers ? graphiql(services, demoUsers, demoLink) : withoutIntrospection(),
      requestParser(),
      codedAnswers(mask),
      signInFirst(services, (request) => viewerOf(services, request), demoUsers !== null),
      operationGate(),
      reserveCalls(),
      noteActivity(),
      subscribeFreshly(),
    ],
    context: (initial) => contextOf(services, initial),
  })
}

/** Without a viewer the operation gate lets nothing pass but introspection, and the companies to choose from. */
async function contextOf(
  services: Services,
  initial: YogaInitialContext & SocketContext & SignedIn,
): Promise<Context> {
  const viewer = initial.viewer ? await asOfNow(services, initial.viewer) : initial.signedIn
  if (!viewer) return { services, choices: initial.choices } as Context
  // A WebSocket's operations come without a request.
  const headers = initial.request?.headers
  const { device } = initial
  return createContext(services, viewer, {
    idempotencyKey: headers?.get('idempotency-key') ?? undefined,
    lastEventId: headers?.get('last-event-id') || undefined,
    device: device ? () => device : () => deviceOf(initial.request),
  })
}

/** Over HTTP whatever uses the same access token is one device. */
function deviceOf(request: Request): Device {
  const session = sessionOfToken(bearerToken(request.headers.get('authorization') ?? ''))
  return { id: session, session }
}

async function viewerOf(
  { signIn }: Services,
  { request, params }: YogaInitialContext,
): Promise<Viewer | undefined> {
  const authorization = request.headers.get('authorization')
  if (authorization === null) return undefined
  return signIn.withToken(bearerToken(authorization), {
    named: request.headers.get('x-company-id') ?? undefined,
    ifSeveral: ticketCompany(params),
  })
}

/** A socket outlives changes of role and settings: each operation sees them as they are. */
async function asOfNow({ viewers }: Services, viewer: Viewer): Promise<Viewer> {
  if (viewer.expiresAt.getTime() <= Date.now())
    throw new RequestError('UNAUTHENTICATED', 'The access token has expired.')
  return viewers.renew(viewer)
}

/** The token of an Authorization header (RFC 6750); throws UNAUTHENTICATED if it is none. */
export function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  if (!token)
    throw new RequestError(
      'UNAUTHENTICATED',
      'The Authorization header must be "Bearer" and an access token.',
    )
  return token
}

function withoutIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule)
    },
  }
}
