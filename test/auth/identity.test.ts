import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'
import { claims, identityOf, seconds } from '../support/identity.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'
import { encode, makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'

type Issuer = Awaited<ReturnType<typeof startTokenIssuer>>

const WHO = '{ viewer { user { id externalId } company { id } } }'
const key = makeKey('ES256', 'key-1')
const stranger = makeKey('ES256', 'key-1')

function as(person: Client, token: string): Promise<Answer> {
  return person.at(person.url, token).send(WHO)
}

function requestErrorOf({ data, errors }: Answer): { code: unknown; message: string | undefined } {
  expect(data ?? null).toBe(null)
  return { code: errors?.[0]?.extensions?.code, message: errors?.[0]?.message }
}

describe('access tokens of an identity provider', () => {
  let issuer: Issuer
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  beforeAll(async () => {
    issuer = await startTokenIssuer()
    issuer.publish(key)
    app = await startApp({ environment: { identity: identityOf(issuer) } })
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })

  const bearer = (payload: object, header: object = {}, by = key) =>
    `Bearer ${signToken(by, payload, header)}`
  const mine = (changes: object = {}) => claims(issuer, acme.alice.externalId, changes)

  it('sign their holder in, over HTTP, Server-Sent Events and WebSocket', async () => {
    const authorization = bearer(mine())
    const expected = { viewer: { user: { id: acme.alice.userId }, company: { id: acme.companyId } } }
    expect(await acme.alice.send(WHO, {}, { authorization })).toMatchObject({ data: expected })
    const { answers } = await overSse(app.url, { authorization }, WHO)
    expect(answers[0]).toMatchObject({ data: expected })
    const { ask, socket } = await openSocket(app.url, { authorization })
    expect((await ask(WHO)).payload).toMatchObject({ data: expected })
    socket.close()
  })

  const malformed = 'The access token is malformed.'
  const wrongSignature = "The access token's signature does not match the issuer's keys."
  const notBearer = 'The Authorization header must be "Bearer" and an access token.'
  const rejections: [string, () => string, string][] = [
    [
      'signed with a key nobody published',
      () => bearer(mine(), { kid: 'key-9' }, stranger),
      'The access token is signed with a key that the issuer does not publish.',
    ],
    ['signed by a stranger under a known key id', () => bearer(mine(), {}, stranger), wrongSignature],
    ['expired', () => bearer(mine({ exp: seconds() - 31 })), 'The access token has expired.'],
    [
      'for another audience',
      () => bearer(mine({ aud: 'payroll' })),
      'The access token is for another audience.',
    ],
    [
      'from another issuer',
      () => bearer(mine({ iss: 'https://else.test' })),
      'The access token is from another issuer.',
    ],
    ['not valid yet', () => bearer(mine({ nbf: seconds() + 60 })), 'The access token is not valid yet.'],
    ['without an end', () => bearer(mine({ exp: undefined })), 'The access token has no exp claim.'],
    ['without a subject', () => bearer(mine({ sub: undefined })), 'The access token has no sub claim.'],
    [
      'made for logging out',
      () => bearer(mine(), { typ: 'logout+jwt' }),
      'The token is not an access token.',
    ],
    [
      'unsigned (alg: none)',
      () => `Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${encode(mine())}.`,
      'The signing algorithm is not allowed.',
    ],
    [
      'signed by HMAC with the public key',
      () => `Bearer ${hmacSigned(mine())}`,
      'The signing algorithm is not allowed.',
    ],
    [
      'tampered with',
      () => `Bearer ${tampered(signToken(key, mine()), mine({ sub: 'boss' }))}`,
      wrongSignature,
    ],
    ['garbage', () => 'Bearer garbage', malformed],
    ['garbage of three parts', () => 'Bearer a.b.c', malformed],
    ['not there', () => 'Bearer ', notBearer],
    ['of two words', () => `Bearer ${signToken(key, mine())} more`, notBearer],
    ['a password', () => 'Basic YWxpY2U6c2VjcmV0', notBearer],
  ]

  it.each(rejections)(
    'are refused when %s, with a reason, on every transport',
    async (_what, make, reason) => {
      const authorization = make()
      const rejection = { code: 'UNAUTHENTICATED', message: reason }
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: WHO }),
      })
      expect(response.status).toBe(401)
      expect(requestErrorOf((await response.json()) as Answer)).toEqual(rejection)
      const { answers } = await overSse(
        app.url,
        { authorization },
        'subscription { inboxEvents { __typename } }',
      )
      expect(answers.map(requestErrorOf)).toEqual([rejection])
      expect(await refusedSocket(app.url, { authorization })).toEqual({ code: 4401, reason })
    },
  )

  it('are asked for where there is none', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: WHO }),
    })
    expect(response.status).toBe(401)
    const rejection = {
      code: 'UNAUTHENTICATED',
      message: 'Send an access token in the Authorization header: "Bearer …".',
    }
    expect(requestErrorOf((await response.json()) as Answer)).toEqual(rejection)
    const { answers } = await overSse(app.url, {}, 'subscription { inboxEvents { __typename } }')
    expect(answers.map(requestErrorOf)).toEqual([rejection])
    expect(await refusedSocket(app.url, {})).toMatchObject({ code: 4401 })
  })

  it('hold as much longer over HTTP as the clocks may differ, and no longer on a socket than they say', async () => {
    const late = signToken(key, mine({ exp: seconds() - 10, nbf: seconds() + 10 }))
    expect((await as(acme.alice, late)).errors).toBeUndefined()
    expect(await refusedSocket(app.url, { authorization: `Bearer ${late}` })).toEqual({
      code: 4401,
      reason: 'The access token has expired.',
    })
  })

  it('never come into the log, accepted or refused', async () => {
    const accepted = signToken(key, mine({ jti: 'accepted' }))
    const refused = signToken(stranger, mine({ jti: 'refused' }))
    await as(acme.alice, accepted)
    await as(acme.alice, refused)
    await refusedSocket(app.url, { authorization: `Bearer ${refused}` })
    const log = JSON.stringify(app.logged)
    for (const token of [accepted, refused]) {
      for (const part of token.split('.').slice(1)) expect(log).not.toContain(part)
    }
  })
})

describe('after a rotation of keys', () => {
  it('tokens of the new key are accepted without a restart, and of a withdrawn one no more', async () => {
    await using issuer = await startTokenIssuer()
    issuer.publish(key)
    await using app = await startApp({ environment: { identity: identityOf(issuer) } })
    const { alice } = await app.company('Acme', { alice: 'owner' })
    const before = signToken(key, claims(issuer, alice.externalId))
    expect((await as(alice, before)).errors).toBeUndefined()
    const next = makeKey('RS256', 'key-2')
    issuer.withdrawAll()
    issuer.publish(next)
    expect((await as(alice, signToken(next, claims(issuer, alice.externalId)))).errors).toBeUndefined()
    expect(requestErrorOf(await as(alice, before))).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('while the identity provider is down', () => {
  it('new tokens are answered UNAVAILABLE, known ones go on, and all is well once it is back', async () => {
    await using issuer = await startTokenIssuer()
    issuer.publish(key)
    await using app = await startApp({ environment: { identity: identityOf(issuer) } })
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const known = signToken(key, claims(issuer, alice.externalId))
    expect((await as(alice, known)).errors).toBeUndefined()

    await issuer.goesDown()
    expect((await as(alice, known)).errors).toBeUndefined()
    const rotated = makeKey('ES256', 'key-2')
    const unknown = signToken(rotated, claims(issuer, bob.externalId))
    const rejection = await as(bob, unknown)
    expect(requestErrorOf(rejection)).toEqual({
      code: 'UNAVAILABLE',
      message: "The token issuer's keys cannot be fetched at the moment.",
    })
    const retryAfterMs = Number(rejection.errors?.[0]?.extensions?.retryAfterMs)
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(10_000)
    expect(await refusedSocket(app.url, { authorization: `Bearer ${unknown}` })).toEqual({
      code: 4503,
      reason: "The token issuer's keys cannot be fetched at the moment.",
    })

    issuer.publish(rotated)
    await issuer.comesBack()
    await expect
      .poll(async () => (await as(bob, unknown)).errors, { timeout: 30_000, interval: 250 })
      .toBe(undefined)
  })
})

function hmacSigned(payload: object): string {
  const secret = key.publicKey.export({ type: 'spki', format: 'pem' })
  const input = `${encode({ alg: 'HS256', kid: 'key-1', typ: 'at+jwt' })}.${encode(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function tampered(token: string, payload: object): string {
  const [header, , signature] = token.split('.')
  return `${header}.${encode(payload)}.${signature}`
}
