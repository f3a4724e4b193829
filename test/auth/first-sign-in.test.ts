import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'
import { claims, identityOf } from '../support/identity.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'

type Issuer = Awaited<ReturnType<typeof startTokenIssuer>>

const WHO = '{ viewer { user { id externalId } } }'
const key = makeKey('ES256', 'key-1')

function as(person: Client, token: string): Promise<Answer> {
  return person.at(person.url, token).send(WHO)
}

function requestErrorOf({ data, errors }: Answer): { code: unknown; message: string | undefined } {
  expect(data ?? null).toBe(null)
  return { code: errors?.[0]?.extensions?.code, message: errors?.[0]?.message }
}

describe('a first sign-in', () => {
  let issuer: Issuer
  let app: TestApp
  beforeAll(async () => {
    issuer = await startTokenIssuer()
    issuer.publish(key)
    const identity = identityOf(issuer, { memberClaim: 'employee', companyClaim: 'company' })
    app = await startApp({ environment: { identity } })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })

  const noMembership = { code: 'FORBIDDEN', message: 'You have no active membership in this company.' }
  const token = (sub: string, employee: string | undefined, company: string | undefined) =>
    signToken(key, claims(issuer, sub, { employee, company }))
  const idOf = ({ data }: Answer) => data?.viewer?.user?.id

  it('ties the login to the member whose external id the claim names, and another login comes too late', async () => {
    const { alice, companyUuid } = await app.company('Acme', { alice: 'owner' })
    const first = await as(alice, token('login-1', alice.externalId, companyUuid))
    expect(idOf(first)).toBe(alice.userId)
    const second = await as(alice, token('login-2', alice.externalId, companyUuid))
    expect(requestErrorOf(second)).toEqual(noMembership)
    const { prisma } = app.application.services.database.forSystem(companyUuid)
    const row = await prisma.user.findFirst({ where: { companyId: companyUuid, id: alice.uuid } })
    expect(row).toMatchObject({ issuer: issuer.name, subject: 'login-1' })
  })

  it('holds for good: the claim may change or go, and the company need no longer be named', async () => {
    const { alice, bob, companyUuid } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    await as(alice, token('login-3', alice.externalId, companyUuid))
    expect(idOf(await as(alice, token('login-3', 'someone-else', companyUuid)))).toBe(alice.userId)
    expect(idOf(await as(alice, token('login-3', bob.externalId, companyUuid)))).toBe(alice.userId)
    expect(idOf(await as(alice, token('login-3', undefined, companyUuid)))).toBe(alice.userId)
    expect(idOf(await as(alice, token('login-3', undefined, undefined)))).toBe(alice.userId)
  })

  it('needs the token to name the company, since two companies may both have an employee 42', async () => {
    const [acme, globex] = await Promise.all([
      app.company('Acme', { worker: 'owner' }),
      app.company('Globex', { worker: 'owner' }),
    ])
    for (const { companyUuid: companyId, worker } of [acme, globex]) {
      const { prisma } = app.application.services.database.forSystem(companyId)
      const where = { companyId_id: { companyId, id: worker.uuid } }
      await prisma.user.update({ where, data: { externalId: '42' } })
    }
    const unnamed = token('acme-42', '42', undefined)
    expect(requestErrorOf(await as(acme.worker, unnamed))).toEqual(noMembership)
    for (const companyId of [acme.companyId, globex.companyId]) {
      const answer = await acme.worker.at(app.url, unnamed).send(WHO, {}, { 'x-company-id': companyId })
      expect(requestErrorOf(answer)).toEqual(noMembership)
    }

    const named = acme.worker.at(app.url, token('acme-42', '42', acme.companyUuid))
    expect(idOf(await named.send(WHO))).toBe(acme.worker.userId)
    const elsewhere = await named.send(WHO, {}, { 'x-company-id': globex.companyId })
    expect(requestErrorOf(elsewhere)).toEqual(noMembership)

    const tied = acme.worker.at(app.url, unnamed)
    for (const client of [named, tied]) {
      const { viewer } = await client.run('{ viewer { companies { id } } }')
      expect(viewer.companies).toEqual([{ id: acme.companyId }])
      const ticket = await client.mutate('createConnectionTicket', { companyId: globex.companyId }, 'ticket')
      expect(ticket).toMatchObject({ __typename: 'PermissionDeniedError' })
    }
    expect(requestErrorOf(await tied.send(WHO, {}, { 'x-company-id': globex.companyId }))).toEqual(
      noMembership,
    )
    expect(idOf(await as(globex.worker, token('globex-42', '42', globex.companyUuid)))).toBe(
      globex.worker.userId,
    )
  })

  it('of a disabled member is refused, and ties nothing', async () => {
    const { alice, companyUuid: companyId } = await app.company('Acme', { alice: 'owner' })
    const { prisma } = app.application.services.database.forSystem(companyId)
    await onDatabase(app, 'update users set is_enabled = false where company_id = $1 and id = $2', [
      companyId,
      alice.uuid,
    ])
    expect(requestErrorOf(await as(alice, token('login-5', alice.externalId, companyId)))).toEqual(
      noMembership,
    )
    expect(await prisma.user.findFirst({ where: { companyId, id: alice.uuid } })).toMatchObject({
      subject: null,
    })
  })

  it('works as soon as the member exists: a failed one is not remembered', async () => {
    const { alice, companyUuid } = await app.company('Acme', { alice: 'owner' })
    const owner = alice.at(app.url, token('login-6', alice.externalId, companyUuid))
    const newcomer = token('login-7', 'newcomer', companyUuid)
    expect(requestErrorOf(await as(alice, newcomer))).toEqual(noMembership)
    await owner.mutate('syncMembers', { members: [{ externalId: 'newcomer', name: 'New Comer' }] })
    expect((await as(alice, newcomer)).data).toMatchObject({ viewer: { user: { externalId: 'newcomer' } } })
  })

  it('succeeds for everyone who comes at the same time, on two nodes', async () => {
    await using other = await startApp({ beside: app, environment: { identity: app.environment.identity } })
    const { alice, companyUuid } = await app.company('Acme', { alice: 'owner' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const mine = claims(issuer, 'login-8', {
          employee: alice.externalId,
          company: companyUuid,
          jti: index,
        })
        return alice.at(index % 2 ? app.url : other.url, signToken(key, mine)).send(WHO)
      }),
    )
    expect(answers.map(idOf)).toEqual(Array(20).fill(alice.userId))
  })

  it('is won by one of two logins that claim the same member at the same time', async () => {
    await using other = await startApp({ beside: app, environment: { identity: app.environment.identity } })
    const { alice, companyUuid } = await app.company('Acme', { alice: 'owner' })
    const answers = await Promise.all(
      ['login-9', 'login-10', 'login-11', 'login-12'].map((sub, index) =>
        alice.at(index % 2 ? app.url : other.url, token(sub, alice.externalId, companyUuid)).send(WHO),
      ),
    )
    const refused = answers.filter(({ errors }) => errors)
    expect(refused.map(requestErrorOf)).toEqual(Array(3).fill(noMembership))
  })

  it('by two claims of one login at once ties one member, and both are signed in as that', async () => {
    await using other = await startApp({ beside: app, environment: { identity: app.environment.identity } })
    const { alice, bob, companyUuid } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    const answers = await Promise.all(
      [alice, bob, alice, bob].map(({ externalId }, index) =>
        alice.at(index < 2 ? app.url : other.url, token('login-13', externalId, companyUuid)).send(WHO),
      ),
    )
    const people = new Set(answers.map(idOf))
    expect(people.size).toBe(1)
    expect([alice.userId, bob.userId]).toContain([...people][0])
  })
})

describe('a first sign-in by e-mail address', () => {
  it('ties nobody unless the issuer has verified the address', async () => {
    await using issuer = await startTokenIssuer()
    issuer.publish(key)
    const identity = identityOf(issuer, { memberClaim: 'email', companyClaim: 'company' })
    await using app = await startApp({ environment: { identity } })
    const { alice, companyUuid: company } = await app.company('Acme', { alice: 'owner' })
    const token = (sub: string, changes: object) =>
      signToken(key, claims(issuer, sub, { email: alice.externalId, company, ...changes }))
    for (const changes of [{}, { email_verified: false }, { email_verified: 'true' }]) {
      expect(requestErrorOf(await as(alice, token('thief', changes))).code).toBe('FORBIDDEN')
    }
    expect((await as(alice, token('alice', { email_verified: true }))).data?.viewer.user.id).toBe(
      alice.userId,
    )
    // The tie holds for good, whatever becomes of the address.
    expect((await as(alice, token('alice', { email_verified: false }))).data?.viewer.user.id).toBe(
      alice.userId,
    )
    expect(requestErrorOf(await as(alice, token('thief', { email_verified: true }))).code).toBe('FORBIDDEN')
  })
})
