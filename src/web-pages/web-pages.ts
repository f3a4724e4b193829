import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { createDiscovery, type Provider } from '../auth/discover-provider.ts'
import type { IdentitySettings } from '../env.ts'
import { pageHeaders } from '../http/page-headers.ts'
import { requestPath } from '../http/request-target.ts'
import { PAGES, type PagePath, type SignInWay, webPage } from './page.ts'
import { languageOf, wordsIn } from './words.ts'

/** Answers requests for the messenger and the console as pages of the server itself. */
export type AnswerWebPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The settings of the pages. */
export interface WebPagesOptions {
  identity: IdentitySettings | undefined
  /** The endpoint that gives tokens of demo people. Undefined where there are none. */
  demoTokenUrl: string | undefined
  log: Logger
}

/** True for the path of a page. */
export function isPagePath(path: string): path is PagePath {
  return Object.hasOwn(PAGES, path)
}

/** Creates the pages. Undefined if nobody could sign in on them: without a client id of the provider, and without demo people. */
export function createWebPages({ identity, demoTokenUrl, log }: WebPagesOptions): AnswerWebPage | undefined {
  if (identity?.client) return byProvider(identity, identity.client, log)
  if (demoTokenUrl === undefined) return undefined
  return async (request, response) => answerPage(request, response, { tokenUrl: demoTokenUrl }, [])
}

function byProvider(
  { issuer, audience }: IdentitySettings,
  { id: clientId, scope }: NonNullable<IdentitySettings['client']>,
  log: Logger,
): AnswerWebPage {
  const discover = createDiscovery(issuer)
  return async (request, response) => {
    let provider: Provider
    try {
      provider = await discover()
    } catch (error) {
      log.warn({ err: error }, 'the identity provider does not tell how to sign in')
      return answerAway(request, response)
    }
    const origin = new URL(provider.token_endpoint).origin
    answerPage(request, response, { provider, clientId, scope, audience }, [origin])
  }
}

/** `origins` are those that the page calls, besides its own. */
function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  way: SignInWay,
  origins: readonly string[],
): void {
  const path = requestPath(request) as PagePath
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end()
  }
  const language = languageOf(request.headers['accept-language'])
  const page = webPage(path, language, wordsIn(language), way)
  const host = request.headers.host ?? ''
  response.writeHead(200, {
    ...pageHeaders(host, {
      'connect-src': ["'self'", `ws://${host}`, `wss://${host}`, ...origins].join(' '),
      // Pictures of people are on other hosts.
      'img-src': "'self' data: https:",
      'require-trusted-types-for': "'script'",
      'trusted-types': 'colloquy',
    }),
    vary: 'accept-language',
  })
  response.end(request.method === 'HEAD' ? undefined : page)
}

function answerAway(request: IncomingMessage, response: ServerResponse): void {
  const { away } = wordsIn(languageOf(request.headers['accept-language']))
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '10',
  }
  response.writeHead(503, headers).end(away)
}
