import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { FILES_PATH, UPLOADS_PATH } from './attachments/file-link.ts'
import { answerFiles } from './attachments/operations/answer-files.ts'
import type { Services } from './context.ts'
import { ready } from './database/database.ts'
import { createDemo, DEMO_PATH, DEMO_TOKEN_URL } from './demo/demo.ts'
import { answerUnsubscribe } from './digests/unsubscribe-page.ts'
import { UNSUBSCRIBE_PATH } from './digests/unsubscribe-token.ts'
import type { IdentitySettings } from './env.ts'
import { EXPORTS_PATH } from './exports/export-link.ts'
import { answerDownload } from './exports/operations/answer-download.ts'
import type { DemoLink } from './graphiql/demo-link.ts'
import type { DemoUser } from './graphiql/graphiql.ts'
import { normalizeTarget, requestPath } from './http/request-target.ts'
import { endSlowBodies } from './http/slow-bodies.ts'
import { measureJobs } from './jobs/job-counts.ts'
import { redisReady } from './metrics/metrics.ts'
import { createMetricsPage, type MetricsOptions, type MetricsPage } from './metrics/metrics-page.ts'
import { answerGraphQL } from './pipeline/answer-graphql.ts'
import { createGraphQLServer } from './pipeline/yoga.ts'
import type { RedisConnections } from './redis/connection.ts'
import { measureSms } from './sms/measure-sms.ts'
import { StartupProblem } from './startup-problem.ts'
import { answerWebAsset, UI_PATH } from './web-assets/web-assets.ts'
import { createWebPages, isPagePath } from './web-pages/web-pages.ts'
import { attachWebSockets, type WebSocketOptions } from './web-sockets/attach-web-sockets.ts'
import { answerTwilio, WEBHOOKS_PATH } from './webhooks/twilio.ts'

/** The services and settings of a server. */
export interface ServerOptions {
  services: Services
  redis: RedisConnections | undefined
  /** The people that GraphiQL is signed in as. Null disables GraphiQL and introspection. */
  demoUsers: (() => Promise<DemoUser[]>) | null
  /** A link that signs one visitor from another machine in as the demo users. */
  demoLink?: DemoLink | undefined
  /** The identity provider, by which people sign in on the pages of the server. */
  identity?: IdentitySettings | undefined
  webSockets: WebSocketOptions
  metrics?: MetricsOptions | undefined
  /** Milliseconds after which the connection of a client that does not read its answer is closed. */
  stalledMs?: number | undefined
  /** Milliseconds for which an idle connection is kept. */
  keepAliveMs?: number | undefined
  /** True: plain requests never take the way of new documents, if theirs are valid. */
  learnsAtOnce?: boolean | undefined
}

/** The network interface of the process: GraphQL over HTTP, SSE and WebSocket on /graphql, health and metrics beside it. */
export interface Server {
  /** Returns the address, such as http://127.0.0.1:4000. Throws StartupProblem if the port is taken. */
  listen(port: number, host: string): Promise<string>
  /** Accepts no more requests, waits for those in flight, and closes the sockets. */
  close(): Promise<void>
}

const DRAIN_MS = 10_000
const STALLED_MS = 30_000
const KEEP_ALIVE_MS = 72_000
const REQUEST_MS = 30_000
/** A part of a file may come over a slow connection, as long as something comes. */
const PART_MS = 600_000
/** Interval at which Node.js checks for slow connections. Its default is 30 s. */
const CHECK_MS = 5_000
const SWEEP_MS = 50

/** Creates the server; nothing listens yet. */
export function createServer({
  services,
  redis,
  demoUsers,
  demoLink,
  identity,
  webSockets,
  metrics = {},
  stalledMs = STALLED_MS,
  keepAliveMs = KEEP_ALIVE_MS,
  learnsAtOnce,
}: ServerOptions): Server {
  const graphql = createGraphQLServer({
    services,
    demoUsers,
    demoLink,
    learnsAtOnce,
    trustedProxies: webSockets.limits.trustedProxies,
  })
  const metricsPage = createMetricsPage(() => bringUpToDate(services, redis), metrics)
  const demo = demoUsers ? createDemo(services, demoUsers) : undefined
  const demoTokenUrl = demo && !identity ? DEMO_TOKEN_URL : undefined
  const pages = createWebPages({ identity, demoTokenUrl, log: services.log })
  const http = createHttpServer({ connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    if (!normalizeTarget(request)) return refuseTarget(response)
    const path = requestPath(request)
    if (path === '/healthz') answer(response, 200, 'ok')
    else if (path === '/readyz') void answerReadiness(services, redis, response)
    else if (path === '/metrics') void metricsPage.onMainPort(request, response)
    else if (demo && (path === DEMO_PATH || path.startsWith(`${DEMO_PATH}/`))) void demo(request, response)
    else if (pages && isPagePath(path)) void pages(request, response)
    else if (path === '/') redirect(response, '/graphql')
    else if (!answerBeside(services, path, request, response))
      void answerGraphQL(graphql, request, endWhenStalled(response, stalledMs))
  })
  limitConnections(http, keepAliveMs, stalledMs)
  const sockets = attachWebSockets(http, graphql, services, webSockets)
  const metricsHttp = createMetricsServer(metricsPage)

  return {
    async listen(port, host) {
      if (metrics.port !== undefined) await listenOn(metricsHttp, metrics.port, host, 'METRICS_PORT')
      return listenOn(http, port, host, 'PORT').catch((error) => {
        metricsHttp.close()
        throw error
      })
    },
    async close() {
      metricsHttp.close()
      metricsHttp.closeAllConnections()
      await drain(http, async () => {
        await sockets.close()
        // The remaining requests are event streams over HTTP, which would never end.
        services.live.interrupt()
      })
    },
  }
}

/** Sets the metrics that are read when somebody asks for them. */
async function bringUpToDate({ database }: Services, redis: RedisConnections | undefined): Promise<void> {
  if (redis) redisReady.set(redis.status().ready ? 1 : 0)
  await Promise.all([measureJobs(database), measureSms(database)])
}

function createMetricsServer({ onOwnPort }: MetricsPage): HttpServer {
  return createHttpServer((request, response) => {
    if (requestPath(request) === '/metrics') void onOwnPort(request, response)
    else answer(response, 404, 'There is /metrics here, and nothing else.')
  })
}

/** Answers a request for one of the neighbours of GraphQL. False if there is none at the path. */
function answerBeside(
  services: Services,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (path.startsWith(UNSUBSCRIBE_PATH)) void answerUnsubscribe(services, request, response)
  else if (path.startsWith(EXPORTS_PATH)) void answerDownload(services, request, response)
  else if (path.startsWith(FILES_PATH)) void answerFiles(services, request, response)
  else if (path.startsWith(WEBHOOKS_PATH)) void answerTwilio(services, request, response)
  else if (path.startsWith(UI_PATH)) void answerWebAsset(request, response)
  else return false
  return true
}

function limitConnections(http: HttpServer, keepAliveMs: number, stalledMs: number): void {
  // Longer than proxies keep a connection that they do not use, which would send a request into its end.
  http.keepAliveTimeout = keepAliveMs
  http.headersTimeout = keepAliveMs + 1_000
  // A client that sends headers or body slowly must not occupy the server.
  http.requestTimeout = PART_MS
  endSlowBodies(http, {
    maxMs: REQUEST_MS,
    everyMs: CHECK_MS,
    isPatient: (request) => requestPath(request).startsWith(UPLOADS_PATH),
  })
  http.timeout = stalledMs
}

/** Accepts no more requests, and waits for those in flight. `endStreams` ends the answers that would not end by themselves. */
async function drain(http: HttpServer, endStreams: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  const force = setTimeout(() => http.closeAllConnections(), DRAIN_MS)
  await endStreams()
  // A connection becomes idle when its answer ends, and its client would keep it.
  const sweep = setInterval(() => http.closeIdleConnections(), SWEEP_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(force)
}

function listenOn(http: HttpServer, port: number, host: string, variable: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, port, host, variable)))
    http.listen(port, host, () => resolve(addressOf(http.address() as AddressInfo)))
  })
}

/** Holds no answer for a client that does not read; a server that is slow itself goes on. */
function endWhenStalled(response: ServerResponse, stalledMs: number): ServerResponse {
  response.on('timeout', (connection: Socket) => {
    if (connection.writableLength > 0) connection.destroy()
  })
  // As an event stream begins, Yoga turns off the connection's timeout.
  return response.once('pipe', () => response.setTimeout(stalledMs))
}

async function answerReadiness(
  services: Services,
  redis: RedisConnections | undefined,
  response: ServerResponse<IncomingMessage>,
) {
  try {
    await services.database.unbound(ready, [])
    const state = redis ? (redis.status().ready ? 'ready' : 'away') : 'not used'
    answer(response, 200, JSON.stringify({ database: 'ready', redis: state }), 'application/json')
  } catch {
    answer(response, 503, JSON.stringify({ database: 'away' }), 'application/json')
  }
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

function refuseTarget(response: ServerResponse): void {
  const error = { message: 'The request names no usable address.', extensions: { code: 'BAD_USER_INPUT' } }
  answer(response, 400, JSON.stringify({ errors: [error] }), 'application/json')
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end()
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string, variable: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartupProblem(
      `Port ${port} on ${host} is taken. Stop what uses it, or set ${variable} to another one.`,
    )
  }
  if (error.code === 'EACCES') {
    return new StartupProblem(`Port ${port} may not be used by this user. Set ${variable} to one above 1023.`)
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new StartupProblem(`${host} is not an address of this machine. Set HOST to one that is.`)
  }
  return error
}
