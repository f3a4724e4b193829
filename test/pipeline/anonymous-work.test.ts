import { getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentCaches } from '../../src/pipeline/document-cache.ts'
import { schema } from '../../src/pipeline/schema.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'

let app: TestApp
let acme: TestCompany<'alice'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

const equal = (field: string, times: number) => Array.from({ length: times }, () => field).join(' ')
const QUADRATIC = `{ ${equal('viewer { __typename }', 740)} }`
/** This text has a syntax error, so any other answer shows that it was not parsed. */
const UNPARSABLE = `{ ${equal('viewer', 100)} ]`

async function post(query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, answer: await response.json() }
}

const refusedAs = (code: string) => ({ errors: [{ extensions: { code } }] })

describe('without a valid token', () => {
  const credentials: [string, Record<string, string>][] = [
    ['no token', {}],
    ['a forged token', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    ['no bearer token', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
  ]
  const documents: [string, string][] = [
    ['what cannot be parsed', UNPARSABLE],
    ['fields that are compared in pairs', QUADRATIC],
    ['a document that names the mutation for tickets', `mutation { createConnectionTicket } ${UNPARSABLE}`],
  ]

  for (const [who, headers] of credentials) {
    it.each(documents)(`${who} and %s is UNAUTHENTICATED before it is parsed`, async (_name, query) => {
      const { status, answer } = await post(query, headers)
      expect(status).toBe(401)
      expect(answer).toMatchObject(refusedAs('UNAUTHENTICATED'))
      expect(answer).not.toHaveProperty('data')
    })

    it(`${who} gets no event stream of what cannot be parsed`, async () => {
      const { answers } = await overSse(app.url, headers, UNPARSABLE)
      expect(answers).toMatchObject([refusedAs('UNAUTHENTICATED')])
    })
  }

  it('a GET is not parsed either', async () => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent(UNPARSABLE)}`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject(refusedAs('UNAUTHENTICATED'))
  })

  it('a probe is answered, and a tiny query is UNAUTHENTICATED', async () => {
    expect(await post('{ __typename }')).toEqual({ status: 200, answer: { data: { __typename: 'Query' } } })
    expect(await post('{ viewer { permissions } }')).toMatchObject({
      status: 401,
      answer: refusedAs('UNAUTHENTICATED'),
    })
  })

  it('introspection is answered where GraphiQL is, and nothing else of its size', async () => {
    const { answer } = await post(getIntrospectionQuery())
    expect(answer).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } })
    expect(await post(`${QUADRATIC} # __schema`)).toMatchObject({ status: 401 })
  })
})

describe('fields of one name in one place', () => {
  const nested = `{ ${equal(`viewer { ${equal(`user { ${equal('id', 12)} }`, 12)} }`, 12)} }`
  const attacks: [string, string][] = [
    ['side by side', QUADRATIC],
    ['side by side and scalar', `{ viewer { ${equal('__typename', 2_000)} } }`],
    ['under one alias', `{ ${equal('v: viewer { __typename }', 51)} }`],
    ['multiplied by each level', nested],
    ['in inline fragments', `{ ${equal('... on Query { viewer { __typename } }', 51)} }`],
    [
      'in fragments',
      `{ ${Array.from({ length: 60 }, (_, at) => `...f${at}`).join(' ')} } ${Array.from({ length: 60 }, (_, at) => `fragment f${at} on Query { viewer { __typename } }`).join(' ')}`,
    ],
    [
      'in a fragment that nothing spreads',
      `{ __typename } fragment f on Query { ${equal('viewer { __typename }', 60)} }`,
    ],
    [
      'in an operation that is not run',
      `query A { __typename } query B { ${equal('viewer { __typename }', 60)} }`,
    ],
    ['in a subscription', `subscription { ${equal('inboxEvents { __typename }', 60)} }`],
  ]

  it.each(attacks)('%s are refused with their limit, over HTTP and WebSockets', async (_name, query) => {
    const refused = {
      extensions: { code: 'QUERY_TOO_EXPENSIVE' },
      message: expect.stringContaining('at one path'),
    }
    expect(await acme.alice.send(query)).toMatchObject({ errors: [refused] })
    const { socket, ask } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
    expect(await ask(query)).toMatchObject({ type: 'error', payload: [refused] })
    socket.close()
  })

  it('cost less than half of what validating them would, whatever the machine', async () => {
    const document = parse(QUADRATIC)
    const since = performance.now()
    validate(schema, document, specifiedRules)
    const before = performance.now() - since
    const from = performance.now()
    for (let time = 0; time < 10; time += 1) await acme.alice.send(`${QUADRATIC} # ${time}`)
    const after = (performance.now() - from) / 10
    expect(after).toBeLessThan(before / 2)
  })

  it('pass as often as unions and shared fragments need them', async () => {
    const { data, errors } = await acme.alice.send(
      `query { ${equal('viewer { user { id name } }', 10)} ...f ...g } fragment f on Query { viewer { user { id } } } fragment g on Query { ...f viewer { permissions } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.viewer.user.id).toBe(acme.alice.userId)
  })

  it('behind fragments that spread each other in a circle are looked at once', async () => {
    const answer = await acme.alice.send(
      '{ viewer { user { ...f } } } fragment f on User { id ...g } fragment g on User { name ...f }',
    )
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  })
})

describe('the memory of documents', () => {
  it('keeps neither many documents nor many bytes of them', () => {
    const { documentCache, errorCache } = documentCaches()
    for (let at = 0; at < 5_000; at += 1) documentCache.set(`{ __typename } # ${at}`, parse('{ __typename }'))
    expect(documentCache.size).toBeLessThanOrEqual(1_000)
    for (let at = 0; at < 100; at += 1) errorCache.set(`${at}${'#'.repeat(128 * 1024)}`, new Error('a'))
    expect(errorCache.size).toBeLessThanOrEqual(8)
    expect(errorCache.size).toBeGreaterThan(0)
  })
})
