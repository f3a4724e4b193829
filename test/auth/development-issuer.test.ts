import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { openDevelopmentIssuer } from '../../src/auth/development-issuer.ts'
import { createTokenVerifier } from '../../src/auth/verify-token.ts'

it('a minted token is accepted by a verifier of the same installation', async () => {
  const issuer = await openDevelopmentIssuer(openStore())
  const before = Math.floor(Date.now() / 1000)
  const token = await issuer.mint({ subject: 'alice@acme.test', companyId: 'acme' })
  const verified = await verifierOf(issuer).verify(token)
  expect(verified).toMatchObject({
    issuer: 'colloquy-development',
    subject: 'alice@acme.test',
    memberReference: 'alice@acme.test',
    companyReference: 'acme',
  })
  const lifeSeconds = verified.expiresAt.getTime() / 1000 - before
  expect(lifeSeconds).toBeGreaterThanOrEqual(12 * 3600)
  expect(lifeSeconds).toBeLessThan(12 * 3600 + 60)
})

it('a minted token names no company unless asked to, and lives as long as asked', async () => {
  const issuer = await openDevelopmentIssuer(openStore())
  const verified = await verifierOf(issuer).verify(await issuer.mint({ subject: 'frank@both.test' }))
  expect(verified).not.toHaveProperty('companyReference')
  const expired = await issuer.mint({ subject: 'frank@both.test', expiresInSeconds: -1 })
  await expect(verifierOf(issuer).verify(expired)).rejects.toThrow('The access token has expired.')
})

it('the key is made once, so a second process mints tokens that the first accepts', async () => {
  const store = openStore()
  const [server, commandLine] = await Promise.all([
    openDevelopmentIssuer(store),
    openDevelopmentIssuer(store),
  ])
  expect(commandLine.jwks).toEqual(server.jwks)
  const token = await commandLine.mint({ subject: 'alice@acme.test' })
  await expect(verifierOf(server).verify(token)).resolves.toMatchObject({ subject: 'alice@acme.test' })
})

it('a token of another installation is refused', async () => {
  const ours = await openDevelopmentIssuer(openStore())
  const theirs = await openDevelopmentIssuer(openStore())
  const token = await theirs.mint({ subject: 'alice@acme.test' })
  await expect(verifierOf(ours).verify(token)).rejects.toThrow('a key that the issuer does not publish')
})

it('the public key is published under its thumbprint, and nothing else is', async () => {
  const { jwks } = await openDevelopmentIssuer(openStore())
  const [key] = jwks.keys
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: key?.x }))
  expect(jwks.keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: key?.x, kid: thumbprint.digest('base64url'), alg: 'EdDSA', use: 'sig' },
  ])
})

it.each(['', 'null', '{}', '"text"', '{"kty":"OKP","crv":"Ed25519","x":"a"}', '{"kty":"oct","k":"a"}'])(
  'a stored key that reads %j is reported without being shown',
  async (secret) => {
    const damaged = { readOrCreateSecret: async () => secret }
    await expect(openDevelopmentIssuer(damaged)).rejects.toThrow('"development-issuer" is not an Ed25519 key')
  },
)

function openStore() {
  const secrets = new Map<string, Promise<string>>()
  return {
    readOrCreateSecret(name: string, make: () => Promise<string>): Promise<string> {
      const secret = secrets.get(name) ?? make()
      secrets.set(name, secret)
      return secret
    },
  }
}

function verifierOf(issuer: Awaited<ReturnType<typeof openDevelopmentIssuer>>) {
  return createTokenVerifier({
    ...issuer,
    keys: { jwks: issuer.jwks },
    clockSkewSeconds: 0,
    cacheSize: 10,
  })
}
