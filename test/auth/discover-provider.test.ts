import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDiscovery } from '../../src/auth/discover-provider.ts'

const HOUR_MS = 60 * 60_000

describe("the identity provider's discovery document", () => {
  let issuer = ''
  let answer: () => object | undefined = () => undefined
  let asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const body = answer()
    response.writeHead(body ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const valid = () => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  })

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm/`
  })
  afterAll(() => void server.close())

  it('is asked for once in an hour, and has what a browser needs alone', async () => {
    asked = []
    answer = valid
    let now = 0
    const discover = createDiscovery(issuer, () => now)
    const { jwks_uri: _, ...needed } = valid()
    expect(await Promise.all([discover(), discover(), discover()])).toEqual([needed, needed, needed])
    now = HOUR_MS - 1
    await discover()
    expect(asked).toEqual(['/realm/.well-known/openid-configuration'])
    now = HOUR_MS
    await discover()
    expect(asked).toHaveLength(2)
  })

  it('is used on while the provider is away, and asked for again every other second', async () => {
    answer = () => undefined
    let now = 0
    const discover = createDiscovery(issuer, () => now)
    await expect(discover()).rejects.toThrow('answers 503')
    answer = valid
    await expect(discover()).rejects.toThrow('answers 503')
    now += 2_000
    expect(await discover()).toMatchObject({ issuer })
    now += HOUR_MS
    answer = () => undefined
    expect(await discover()).toMatchObject({ issuer })
  })

  it.each([
    ['of another issuer', () => ({ ...valid(), issuer: 'https://evil.example' }), 'is the document of'],
    [
      'with an address that is a script',
      () => ({ ...valid(), token_endpoint: 'javascript:alert(1)' }),
      'token_endpoint',
    ],
    ['without an address', () => ({ issuer }), 'authorization_endpoint'],
  ])('is refused if it is one %s', async (_case, document, words) => {
    answer = document
    await expect(createDiscovery(issuer)()).rejects.toThrow(words)
  })
})
