import { describe, expect, it } from 'vitest'
import { signingAlgorithms } from '../../src/env/signing-algorithms.ts'
import { makeKey, publicJwk, signToken } from '../support/token-issuer.ts'
import { claims, key, nowSeconds, openVerifier, rejection, rsaKey, stranger } from './fixed-verifier.ts'

describe('a token is accepted', () => {
  it.each(signingAlgorithms)('when it is signed with %s', async (algorithm) => {
    const signer = makeKey(algorithm, 'key')
    const verifier = openVerifier({ keys: { jwks: { keys: [publicJwk(signer)] } } })
    expect(await verifier.verify(signToken(signer, claims))).toEqual({
      issuer: 'https://login.test',
      subject: 'alice',
      memberReference: 'alice',
      expiresAt: new Date((nowSeconds + 630) * 1000),
    })
  })

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('with the type %s', async (typ) => {
    await expect(openVerifier().verify(signToken(key, claims, { typ }))).resolves.toBeDefined()
  })

  it.each([
    ['for several audiences of which one is ours', { aud: ['billing', 'colloquy'] }],
    ['just within the clock skew after its expiry', { exp: nowSeconds - 29 }],
    ['just within the clock skew before it is valid', { nbf: nowSeconds + 30 }],
    ['with 255 characters of subject', { sub: 'a'.repeat(255) }],
  ])('%s', async (_title, changes) => {
    await expect(openVerifier().verify(signToken(key, { ...claims, ...changes }))).resolves.toBeDefined()
  })

  it('and its company and member claims are read', async () => {
    const verifier = openVerifier({ companyClaim: 'https://acme.test/company', memberClaim: 'employee' })
    const token = signToken(key, { ...claims, 'https://acme.test/company': 'acme', employee: 4711 })
    expect(await verifier.verify(token)).toMatchObject({
      subject: 'alice',
      companyReference: 'acme',
      memberReference: '4711',
    })
  })

  it.each([
    ['email', 'email_verified'],
    ['phone_number', 'phone_number_verified'],
  ])('but its claim %s names nobody unless the issuer has verified it', async (claim, verification) => {
    const verifier = openVerifier({ memberClaim: claim })
    const mine = { ...claims, [claim]: 'bob@acme.test' }
    for (const verified of [false, null, undefined, 'true', 'false', 1, 0, {}, [true]]) {
      const token = signToken(key, { ...mine, [verification]: verified })
      expect(await verifier.verify(token)).not.toHaveProperty('memberReference')
    }
    const token = signToken(key, { ...mine, [verification]: true })
    expect(await verifier.verify(token)).toMatchObject({ memberReference: 'bob@acme.test' })
  })

  it('without company and member claims', async () => {
    const verifier = openVerifier({ companyClaim: 'company', memberClaim: 'employee' })
    const verified = await verifier.verify(signToken(key, { ...claims, company: null }))
    expect(verified).not.toHaveProperty('companyReference')
    expect(verified).not.toHaveProperty('memberReference')
  })

  it('whichever of two keys with the same id it is signed with', async () => {
    const verifier = openVerifier({ keys: { jwks: { keys: [publicJwk(stranger), publicJwk(key)] } } })
    await expect(verifier.verify(signToken(key, claims))).resolves.toBeDefined()
    await expect(verifier.verify(signToken(stranger, claims))).resolves.toBeDefined()
    const other = makeKey('ES256', 'key-1')
    expect(await rejection(signToken(other, claims), verifier)).toBe(
      "The access token's signature does not match the issuer's keys.",
    )
  })

  it('although a key that is too short would fit it as well', async () => {
    const keys = [makeKey('RS256', 'weak', 1024), rsaKey].map((rsa) => publicJwk(rsa, { kid: undefined }))
    const verifier = openVerifier({ keys: { jwks: { keys } } })
    await expect(verifier.verify(signToken(rsaKey, claims))).rejects.toThrow('does not publish')
    await expect(verifier.verify(signToken(rsaKey, claims, { kid: undefined }))).resolves.toBeDefined()
  })
})
