import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Services } from '../context.ts'
import type { DemoUser } from '../graphiql/graphiql.ts'
import { commonHeaders, pageHeaders } from '../http/page-headers.ts'
import { requestPath } from '../http/request-target.ts'
import { isFromThisMachine } from '../http/this-machine.ts'
import { type DemoPerson, demoPage } from './pages.ts'

/** The path of the demonstration. */
export const DEMO_PATH = '/demo'
/** The endpoint that stands for the one of an embedding product. */
export const DEMO_TOKEN_URL = '/demo/token'

const COOKIE = 'colloquy_demo'
const MAX_FORM_BYTES = 1_000

/** Answers requests below /demo: a back office of several pages that embeds the elements, signed in as a demo person. */
export type AnswerDemo = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Creates the demonstration. Only browsers on this machine see it, because it signs them in as anybody. */
export function createDemo({ signIn, log }: Services, demoUsers: () => Promise<DemoUser[]>): AnswerDemo {
  return async (request, response) => {
    const headerOf = (name: string) => [request.headers[name]].flat()[0]
    if (!isFromThisMachine(request.socket.remoteAddress, headerOf)) return answer(response, 403, ELSEWHERE)
    try {
      await serve(request, response)
    } catch (error) {
      log.error({ err: error }, 'the demonstration failed')
      if (!response.headersSent) answer(response, 500, 'The demonstration failed; the log says why.')
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = requestPath(request).replace(/(.)\/$/, '$1')
    const users = await demoUsers()
    const chosen = chosenIndex(request, users.length)
    if (path === '/demo/person') return switchPerson(request, response)
    if (path === DEMO_TOKEN_URL) return giveToken(request, response, users[chosen])
    const people = await peopleOf(users)
    const current = people.find(({ index }) => index === chosen) ?? people[0]
    if (!current) return answer(response, 404, 'There are no demo people in this database.')
    const page = demoPage({ path, current, people })
    if (!page) return answer(response, 404, 'There is no such page.')
    response.writeHead(200, demoHeaders(request.headers.host ?? '')).end(page)
  }

  /** Members of this database; others cannot sign in. */
  async function peopleOf(users: readonly DemoUser[]): Promise<DemoPerson[]> {
    const people = await Promise.all(
      users.map(async ({ token, company }, index) => {
        const viewer = await signIn.withToken(token, { named: company }).catch(() => undefined)
        return viewer ? [{ index, name: viewer.user.name, company: viewer.company.name }] : []
      }),
    )
    return people.flat()
  }

  /** Stands for the endpoint of an embedding product, which signs tokens for whoever its cookie names. */
  async function giveToken(
    request: IncomingMessage,
    response: ServerResponse,
    user: DemoUser | undefined,
  ): Promise<void> {
    const site = request.headers['sec-fetch-site']
    if (!user || (site !== undefined && site !== 'same-origin')) return answer(response, 403, 'No token.')
    response.writeHead(200, { 'content-type': 'application/json', ...ownHeaders })
    response.end(JSON.stringify({ token: user.token }))
  }
}

async function switchPerson(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { origin, host } = request.headers
  const isOwn = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
  if (request.method !== 'POST' || !isOwn) return answer(response, 405, 'Post the form of a page.')
  if (Number(request.headers['content-length'] ?? MAX_FORM_BYTES + 1) > MAX_FORM_BYTES) {
    return answer(response, 413, 'The form is too large.')
  }
  const form = new URLSearchParams(await text(request))
  const person = Number.parseInt(form.get('person') ?? '0', 10) || 0
  const path = form.get('path') ?? DEMO_PATH
  response.writeHead(303, {
    location: /^\/demo(\/[\w-]+)*$/.test(path) ? path : DEMO_PATH,
    'set-cookie': `${COOKIE}=${person}; Path=/demo; HttpOnly; SameSite=Strict`,
    ...ownHeaders,
  })
  response.end()
}

function chosenIndex({ headers }: IncomingMessage, count: number): number {
  const [, value = '0'] = new RegExp(`(?:^|; )${COOKIE}=(\\d{1,3})`).exec(headers.cookie ?? '') ?? []
  return Number(value) < count ? Number(value) : 0
}

const ELSEWHERE =
  'The demonstration signs in without a password, so only browsers on the server itself may see it.'

function answer(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...ownHeaders }).end(words)
}

/** The strictest policy that the elements run under: no inline styles or scripts, and Trusted Types. */
function demoHeaders(host: string): Record<string, string> {
  const trusted = { 'require-trusted-types-for': "'script'", 'trusted-types': 'colloquy' }
  return { ...pageHeaders(host, { 'form-action': "'self'", ...trusted }), ...ownHeaders }
}

/** The form that switches the person is known by its origin, which a page tells only with its referrer. */
const ownHeaders = { ...commonHeaders, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }
