import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { inexactNumber, inexactNumberText } from '../graphql/exact-numbers.ts'
import { hasTooManyValues, tooManyValues } from '../graphql/many-values.ts'
import { withSize } from './request-size.ts'
import { unauthenticated } from './sign-in-first.ts'

/** The media types of answers. */
const ANSWERS = [
  'application/graphql-response+json',
  'application/json',
  'text/event-stream',
  'multipart/mixed',
]

/** Without credentials only introspection and probes are answered. */
const MAX_ANONYMOUS_BYTES = 16 * 1024

type Parser = (request: Request) => GraphQLParams | Promise<GraphQLParams>

const parsers = new Map<string, Parser>([
  ['application/json', reading(readJson)],
  ['application/graphql+json', reading(readJson)],
  ['application/graphql', reading((bytes) => ({ query: decode(bytes) }))],
  ['application/x-www-form-urlencoded', reading((bytes) => parseForm(decode(bytes)))],
])

/**
 * Parses requests as in GraphQL over HTTP. Rejects requests whose answer the client does not accept, before anything
 * runs.
 */
export function requestParser(): Plugin {
  return {
    onRequestParse({ request, setRequestParser, endResponse, fetchAPI }) {
      if (!isAcceptable(request.headers.get('accept') || '*/*')) {
        const message = `The answer is one of ${ANSWERS.join(', ')}: name one of them in "accept".`
        const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] })
        const headers = { 'content-type': 'application/json; charset=utf-8' }
        endResponse(new fetchAPI.Response(body, { status: 406, headers }))
      } else if (request.method === 'GET') setRequestParser(parseQuery)
      else if (request.method === 'POST') setRequestParser(parserOf(request))
    },
  }
}

function isAcceptable(accept: string): boolean {
  return accept.split(',').some((entry) => {
    const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false
    if (parameters.some((parameter) => /^charset=(?!"?utf-?8"?$)/.test(parameter))) return false
    return ANSWERS.some((type) => range === '*/*' || range === type || range === `${type.split('/')[0]}/*`)
  })
}

function parserOf({ headers }: Request): Parser {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity') {
    throw rejection('Send the body without a content encoding.', 415, { 'accept-encoding': 'identity' })
  }
  const [contentType = ''] = (headers.get('content-type') ?? '').split(',')
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  const parser = parsers.get(type)
  if (!parser)
    throw rejection('Send the operation as JSON, with "content-type: application/json".', 415, {
      accept: [...parsers.keys()].join(', '),
    })
  if (parameters.some((parameter) => /^charset=(?!"?utf-?8"?$)/.test(parameter))) {
    throw rejection('Send the body in UTF-8.', 415)
  }
  return parser
}

/** A parser of bodies, which remembers their size. */
function reading(read: (bytes: ArrayBuffer) => GraphQLParams): Parser {
  return async (request) => {
    const bytes = await bodyOf(request)
    return withSize(read(bytes), bytes.byteLength)
  }
}

async function bodyOf(request: Request): Promise<ArrayBuffer> {
  const isAnonymous = request.headers.get('authorization') === null
  const isLarge = (length: number) => isAnonymous && length > MAX_ANONYMOUS_BYTES
  if (isLarge(Number(request.headers.get('content-length')))) throw unauthenticated()
  const bytes = await request.arrayBuffer()
  if (isLarge(bytes.byteLength)) throw unauthenticated()
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw rejection('The body is not UTF-8.')
  }
}

/** Reads a body of JSON. Throws BAD_USER_INPUT for what is none, is no object, or has a number that would be changed. */
export function readJson(bytes: ArrayBuffer | Uint8Array): GraphQLParams {
  const text = decode(bytes)
  const body = fromJson(text, 'body')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw rejection('The body is not an object of JSON.')
  }
  assertExact(text, ['variables'])
  return known(body)
}

/** Libraries add properties of their own (Apollo Client 4: operationType). They are ignored, as over WebSocket. */
function known({ query, operationName, variables, extensions }: GraphQLParams): GraphQLParams {
  // A misspelt property is ignored as well, so a missing query is reported.
  if (query === undefined || query === null) throw rejection('The body has no "query".')
  return {
    query,
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  }
}

function parseQuery({ url }: Request): GraphQLParams {
  const start = url.indexOf('?')
  return withSize(parseForm(start < 0 ? '' : url.slice(start + 1)), url.length)
}

function parseForm(text: string): GraphQLParams {
  const form = new URLSearchParams(text)
  const variables = form.get('variables')
  const extensions = form.get('extensions')
  const params: GraphQLParams = {}
  for (const name of ['query', 'operationName'] as const) {
    const value = form.get(name)
    if (value) params[name] = value
  }
  if (variables) {
    params.variables = fromJson(variables, 'variables') as NonNullable<GraphQLParams['variables']>
    assertExact(variables, [])
  }
  if (extensions) params.extensions = fromJson(extensions, 'extensions') as Record<string, unknown>
  return params
}

function fromJson(text: string, part: string): unknown {
  if (hasTooManyValues(text)) throw rejection(tooManyValues)
  try {
    return JSON.parse(text)
  } catch {
    throw rejection(part === 'body' ? 'The body is not JSON.' : `The ${part} are not JSON.`)
  }
}

function assertExact(json: string, within: readonly string[]): void {
  const found = inexactNumber(json, within)
  if (found) throw rejection(inexactNumberText(found))
}

function rejection(message: string, status = 400, headers: Record<string, string> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } })
}
