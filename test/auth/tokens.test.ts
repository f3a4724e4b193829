import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AuthenticationError } from '../../src/auth/authentication-error.ts'
import { encode, makeKey, publicJwk, signToken } from '../support/token-issuer.ts'
import { claims, key, nowSeconds, openVerifier, rejection, rsaKey, stranger } from './fixed-verifier.ts'

describe('a token is refused', () => {
  const malformed = 'The access token is malformed.'
  const algorithm = 'The signing algorithm is not allowed.'
  const signature = "The access token's signature does not match the issuer's keys."
  const unknownKey = 'The access token is signed with a key that the issuer does not publish.'
  const expired = 'The access token has expired.'
  const audience = 'The access token is for another audience.'
  const type = 'The token is not an access token.'
  const critical = 'The access token has a critical header that is not supported.'
  const [header, payload, proof] = signToken(key, claims).split('.')

  it.each([
    ['when it is empty', '', malformed],
    ['when it is not a token', 'hello', malformed],
    ['when it has two parts', `${header}.${payload}`, malformed],
    ['when it has five parts', 'a.b.c.d.e', malformed],
    ['when its header is not JSON', `${'!'.repeat(8)}.${payload}.${proof}`, malformed],
    ['when its header is a list', `${encode([])}.${payload}.${proof}`, malformed],
    ['when its header names no algorithm', `${encode({ kid: 'key-1' })}.${payload}.${proof}`, malformed],
    ['when its payload is not JSON', signToken(key, 'hello'), malformed],
    ['when its payload is a list', signToken(key, '[]'), malformed],
    ['when its payload is not encoded', signToken(key, claims, { crit: ['b64'], b64: false }), malformed],
    ['when its list of critical headers is empty', signToken(key, claims, { crit: [] }), malformed],
    ['when it has an unknown critical header', signToken(key, claims, { crit: ['x'], x: 1 }), critical],
    ['when its signature is cut off', `${header}.${payload}.`, signature],
    ['when its signature is of another token', `${header}.${payload}.${otherProof()}`, signature],
    ['when its payload is changed', `${header}.${encode({ ...claims, sub: 'bob' })}.${proof}`, signature],
    ['when a stranger signs with a known key id', signToken(stranger, claims), signature],
    ['when it brings its own key', signToken(stranger, claims, { jwk: publicJwk(stranger) }), signature],
    [
      'when it brings its own key and no key id',
      signToken(stranger, claims, { kid: undefined, jwk: publicJwk(stranger), jku: 'http://127.0.0.1:9' }),
      signature,
    ],
    ['when its key id is unknown', signToken(key, claims, { kid: 'key-9' }), unknownKey],
    ['when its key id is a path', signToken(key, claims, { kid: '../../../../dev/null' }), unknownKey],
    ['when its key id is a query', signToken(key, claims, { kid: "x' UNION SELECT 'secret" }), unknownKey],
    ['when its key id is a property of objects', signToken(key, claims, { kid: '__proto__' }), unknownKey],
    ['when its key id is not text', signToken(key, claims, { kid: ['key-1'] }), unknownKey],
    ['when its algorithm is none', `${encode({ alg: 'none' })}.${payload}.`, algorithm],
    ['when its algorithm is nOnE', `${encode({ alg: 'nOnE', kid: 'key-1' })}.${payload}.${proof}`, algorithm],
    ['when its algorithm is HS256 with the public key as secret', signedWithPublicKey('pem'), algorithm],
    ['when its algorithm is HS256 with the public JWK as secret', signedWithPublicKey('jwk'), algorithm],
    ['when its algorithm is not in the list', signToken(makeKey('ES384', 'key-1'), claims), algorithm],
    ["when its algorithm is not its key's", signToken(rsaKey, claims, { kid: 'key-1' }), unknownKey],
    ['when it expired, skew included', signed({ exp: nowSeconds - 30 }), expired],
    [
      'when it is not valid yet, skew included',
      signed({ nbf: nowSeconds + 31 }),
      'The access token is not valid yet.',
    ],
    [
      'when its expiry is text',
      signed({ exp: '2031-01-01' }),
      "The access token's exp claim is not a number.",
    ],
    ['when it never expires', neverExpiring(), "The access token's exp claim is not a date."],
    ['when it has no expiry', signed({ exp: undefined }), 'The access token has no exp claim.'],
    ['when it has no subject', signed({ sub: undefined }), 'The access token has no sub claim.'],
    ['when its subject is null', signed({ sub: null }), 'The access token has no sub claim.'],
    ['when its subject is empty', signed({ sub: '' }), notIdentifier('sub')],
    ['when its subject is too long', signed({ sub: 'a'.repeat(256) }), notIdentifier('sub')],
    ['when its subject holds a NUL', signed({ sub: 'alice\0' }), notIdentifier('sub')],
    ['when its subject holds half a character', signed({ sub: 'alice\ud800' }), notIdentifier('sub')],
    ['when its company is a list', signed({ company: ['acme', 'globex'] }), notIdentifier('company')],
    ['when its company is empty', signed({ company: '' }), notIdentifier('company')],
    ['when it has no issuer', signed({ iss: undefined }), 'The access token has no iss claim.'],
    [
      'when its issuer is another',
      signed({ iss: 'https://login.test/' }),
      'The access token is from another issuer.',
    ],
    ['when it has no audience', signed({ aud: undefined }), 'The access token has no aud claim.'],
    ['when its audience is another', signed({ aud: 'billing' }), audience],
    ['when its audiences are others', signed({ aud: ['a', 'b'] }), audience],
    ['when it is a logout token', signToken(key, claims, { typ: 'logout+jwt' }), type],
    [
      'when it is a logout token of an issuer that types all tokens alike',
      signed({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, sid: '1' }),
      foreign('events'),
    ],
    ['when it is an ID token', signToken(key, { ...claims, nonce: 'n' }, { typ: 'JWT' }), foreign('nonce')],
    [
      'when it is an ID token without a type',
      signToken(key, { ...claims, nonce: 'n' }, { typ: undefined }),
      foreign('nonce'),
    ],
    ['when it is an ID token that says otherwise', signed({ nonce: null }), foreign('nonce')],
    ['when it vouches for another token', signed({ at_hash: 'x' }), foreign('at_hash')],
    ['when it vouches for a code', signed({ c_hash: 'x' }), foreign('c_hash')],
    ['when its type is not text', signToken(key, claims, { typ: 1 }), type],
    ['when it is too long', signed({ x: 'x'.repeat(16_384) }), 'The access token is longer than 16 KiB.'],
  ])('%s', async (_title, token, detail) => {
    expect(await rejection(token)).toBe(detail)
  })

  it('in words that repeat nothing of it', async () => {
    const secret = randomBytes(9).toString('hex')
    const tokens = [
      signed({ sub: { secret } }),
      signed({ iss: secret }),
      signed({ aud: secret }),
      signToken(key, claims, { kid: secret }),
      signToken(key, claims, { alg: secret }),
      signToken(key, claims, { crit: [secret], [secret]: 1 }),
      secret,
    ]
    for (const token of tokens) {
      const error = await openVerifier()
        .verify(token)
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(JSON.stringify(error, ['detail', 'message', 'cause', 'stack'])).not.toContain(secret)
    }
  })

  it.each([
    ['is too short', publicJwk(makeKey('RS256', 'weak', 1024))],
    ['is damaged', publicJwk(rsaKey, { kid: 'weak', n: '!' })],
    ['is private', { ...rsaKey.privateKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' }],
  ])('when the published key %s', async (_title, jwk) => {
    const verifier = openVerifier({ keys: { jwks: { keys: [{ ...jwk, kty: 'RSA' }] } } })
    const token = signToken(rsaKey, claims, { kid: 'weak' })
    expect(await rejection(token, verifier)).toBe("The issuer's key for this access token cannot be used.")
  })

  it.each(['JWT', 'application/jwt', 'id_token', 'at+jwtx', undefined, null, 1])(
    'with the type %s where access tokens must say that they are some',
    async (typ) => {
      const verifier = openVerifier({ tokenType: 'at+jwt' })
      expect(await rejection(signToken(key, claims, { typ }), verifier)).toBe(
        'The token is not an access token: its type is not at+jwt.',
      )
      for (const type of ['at+jwt', 'AT+JWT', 'application/at+jwt']) {
        await expect(verifier.verify(signToken(key, claims, { typ: type }))).resolves.toBeDefined()
      }
    },
  )

  function foreign(claim: string): string {
    return `The token is not an access token: it has the claim ${claim}.`
  }

  function signed(changes: object): string {
    return signToken(key, { ...claims, ...changes })
  }

  function otherProof(): string | undefined {
    return signed({ sub: 'bob' }).split('.')[2]
  }

  function neverExpiring(): string {
    return signToken(key, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999'))
  }

  function notIdentifier(claim: string): string {
    return `The access token's ${claim} claim is not an identifier.`
  }

  function signedWithPublicKey(format: 'pem' | 'jwk'): string {
    const pem = rsaKey.publicKey.export({ format: 'pem', type: 'spki' })
    const input = `${encode({ alg: 'HS256', kid: 'key-rsa' })}.${payload}`
    const hmac = createHmac('sha256', format === 'pem' ? pem : JSON.stringify(publicJwk(rsaKey)))
    return `${input}.${hmac.update(input).digest('base64url')}`
  }
})

describe('a verifier refuses to be made', () => {
  it.each([
    ['without an algorithm', { algorithms: [] }, 'At least one signing algorithm'],
    ['with HS256', { algorithms: ['ES256', 'HS256'] }, 'refused: HS256'],
    ['with none', { algorithms: ['none'] }, 'refused: none'],
    ['without an issuer', { issuer: '' }, 'issuer must not be empty'],
    ['without an audience', { audience: '' }, 'audience must not be empty'],
    ['with a negative clock skew', { clockSkewSeconds: -1 }, 'clock skew'],
    ['with a clock skew of an hour', { clockSkewSeconds: 3600 }, 'clock skew'],
    ['with a clock skew that is not a number', { clockSkewSeconds: Number.NaN }, 'clock skew'],
    ['with a cache of negative size', { cacheSize: -1 }, 'token cache'],
  ])('%s', (_title, changes, message) => {
    expect(() => openVerifier(changes)).toThrow(message)
  })
})
