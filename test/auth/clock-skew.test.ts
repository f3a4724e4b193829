import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { claims, identityOf, seconds } from '../support/identity.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'

type Issuer = Awaited<ReturnType<typeof startTokenIssuer>>

const WHERE = '{ viewer { user { externalId } } }'
const SKEW = 300
const key = makeKey('ES256', 'key-1')

describe('a token that has expired within the clock skew', () => {
  let issuer: Issuer
  let app: TestApp
  let acme: TestCompany<'alice'>
  beforeAll(async () => {
    issuer = await startTokenIssuer()
    issuer.publish(key)
    app = await startApp({ environment: { identity: identityOf(issuer, { clockSkewSeconds: SKEW }) } })
    acme = await app.company('Acme', { alice: 'owner' })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })

  const expiredFor = (ago: number) =>
    signToken(key, claims(issuer, acme.alice.externalId, { exp: seconds() - ago }))

  it.each([10, 240])('by %d s is as good for HTTP as for sockets and tickets', async (ago) => {
    const alice = acme.alice.at(app.url, expiredFor(ago))
    const expected = { viewer: { user: { externalId: alice.externalId } } }
    expect(await alice.run(WHERE)).toEqual(expected)
    const { ticket, expiresAt } = await alice.mutate('createConnectionTicket', {}, 'ticket expiresAt')
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    for (const credentials of [{ authorization: `Bearer ${alice.token}` }, { ticket }]) {
      const { ask, socket } = await openSocket(app.url, credentials)
      expect((await ask(WHERE)).payload.data).toEqual(expected)
      // Another one, should the socket be closing already.
      expect((await ask(WHERE)).payload.data).toEqual(expected)
      socket.close()
    }
  })

  it('ends for all of them at once', async () => {
    const alice = acme.alice.at(app.url, expiredFor(SKEW - 4))
    const { ticket } = await alice.mutate('createConnectionTicket', {}, 'ticket')
    const { closed } = await openSocket(app.url, { ticket })
    expect(await closed).toMatchObject({ code: 4401 })
    expect((await alice.send(WHERE)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
    const authorization = `Bearer ${alice.token}`
    expect(await refusedSocket(app.url, { authorization })).toMatchObject({ code: 4401 })
  })
})
