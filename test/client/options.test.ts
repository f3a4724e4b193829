import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest'
import {
  type ColloquyClient,
  createColloquyClient,
  type ErrorCode,
  type TypedDocument,
} from '../../src/client/client.ts'
import type { requestErrorCodes } from '../../src/errors.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { libraryOf } from '../support/library.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterEach(() => {
  vi.unstubAllGlobals()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a client that cannot work', () => {
  const token = () => acme.alice.token

  it('is refused for an address that is none', () => {
    for (const url of [
      '/graphql',
      'graphql',
      'ftp://localhost/graphql',
      '',
      'http://a:b@localhost/',
      'http://localhost/#x',
    ]) {
      expect(() => createColloquyClient({ url, token })).toThrow(
        expect.objectContaining({
          code: 'BAD_USER_INPUT',
          message: `${JSON.stringify(url)} is not the URL of an API.`,
        }),
      )
    }
  })

  it('takes an address relative to the page', async () => {
    vi.stubGlobal('location', { href: `${app.url}/page` })
    const client = createColloquyClient({ url: '/graphql', token })
    expect(await client.request('{ viewer { inboxCursor } }')).toMatchObject({ viewer: expect.anything() })
  })

  it('names the missing WebSocket class for streams, and needs none for requests', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const client = createColloquyClient({ url: `${app.url}/graphql`, token })
    expect(await client.request('{ viewer { inboxCursor } }')).toMatchObject({ viewer: expect.anything() })
    await expect(client.inboxEvents().next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message:
        'This platform has no WebSocket: give one as the option `webSocket`, such as that of the package ws.',
    })
  })

  it('rejects a parsed document with the request for a text', async () => {
    await using client = libraryOf(acme.alice)
    const parsed = { kind: 'Document', definitions: [] }
    // @ts-expect-error For those who do not ask the compiler.
    await expect(client.request(parsed, {})).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})

it('wants variables only where the operation does', () => {
  type Document<Variables> = TypedDocument<Data, Variables>
  const ask = (
    { request }: ColloquyClient,
    none: Document<{ [key: string]: never }>,
    some: Document<{ after?: string }>,
    one: Document<{ id: string }>,
  ) => {
    void request(none)
    void request(some)
    void request('{ viewer { inboxCursor } }')
    void request(one, { id: 'x' })
    // @ts-expect-error It is not told which.
    void request(one)
  }
  expect(ask).toBeInstanceOf(Function)
})

it('knows the codes that the server has', () => {
  expectTypeOf<ErrorCode>().toEqualTypeOf<(typeof requestErrorCodes)[number]>()
})
