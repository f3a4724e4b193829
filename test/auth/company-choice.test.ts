import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { type Answer, Client } from '../support/client.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'

const WHERE = '{ viewer { company { id } user { id } } }'
const noMembership = {
  data: null,
  errors: [{ message: 'You have no active membership in this company.', extensions: { code: 'FORBIDDEN' } }],
}
const severalCompanies =
  'You belong to several companies: name one in the X-Company-Id header, or as companyId in connection_init.'

let app: TestApp
let acme: TestCompany<'alice'>
let globex: TestCompany<'gina'>
let initech: TestCompany<'ivy'>
/** A member of Acme and Globex, by a token that names no company. */
let frank: Client
let franks = 0

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner' })
  globex = await app.company('Globex', { gina: 'owner' })
  initech = await app.company('Initech', { ivy: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

beforeEach(async () => {
  franks += 1
  const externalId = `frank-${franks}@both.test`
  for (const owner of [acme.alice, globex.gina]) await sync(owner, { externalId, name: 'Frank Both' })
  frank = new Client(app.url, await app.issuer.mint({ subject: externalId }), {
    userId: '',
    uuid: '',
    externalId,
  })
})

async function sync(owner: Client, member: Record<string, unknown>): Promise<void> {
  const result = await owner.mutate('syncMembers', { members: [member] }, 'problems { detail }')
  expect(result).toMatchObject({ __typename: 'SyncMembersPayload', problems: [] })
}

function naming(company: string): Promise<Answer> {
  return frank.send(WHERE, {}, { 'x-company-id': company })
}

function plain({ data, errors }: Answer): object {
  return { data: data ?? null, errors: errors?.map(({ message, extensions }) => ({ message, extensions })) }
}

async function claiming(companyId: string): Promise<Client> {
  return frank.at(app.url, await app.issuer.mint({ subject: frank.externalId, companyId }))
}

async function externalIdOf({ companyUuid: id }: { companyUuid: string }): Promise<string> {
  const { prisma } = app.application.services.database.forSystem(id)
  return (await prisma.company.findFirstOrThrow({ where: { id } })).externalId ?? ''
}

describe('the company a request acts in', () => {
  it('is named by the X-Company-Id header: global id, UUID, or the embedding product’s own id', async () => {
    for (const company of [acme, globex]) {
      const names = [company.companyId, company.companyUuid, company.companyUuid.toUpperCase()]
      for (const name of [...names, await externalIdOf(company)]) {
        expect((await naming(name)).data).toMatchObject({ viewer: { company: { id: company.companyId } } })
      }
    }
  })

  it('is named by the token’s company claim, by UUID, global id or external id', async () => {
    for (const name of [globex.companyUuid, globex.companyId, await externalIdOf(globex)]) {
      const { viewer } = await (await claiming(name)).run(WHERE)
      expect(viewer.company.id).toBe(globex.companyId)
    }
  })

  it('may be named by both, if they agree', async () => {
    const client = await claiming(globex.companyUuid)
    const { viewer } = await client.run(WHERE, {}, { 'x-company-id': await externalIdOf(globex) })
    expect(viewer.company.id).toBe(globex.companyId)
    const other = await client.send(WHERE, {}, { 'x-company-id': acme.companyId })
    expect(plain(other)).toEqual(noMembership)
  })

  it('is the only one of a person with one membership', async () => {
    const token = await app.issuer.mint({ subject: acme.alice.externalId })
    const { viewer } = await acme.alice.at(app.url, token).run(WHERE)
    expect(viewer.company.id).toBe(acme.companyId)
  })

  it('must be named by a person of several, before and after the first sign-in, who is told them', async () => {
    const companies = [
      { id: acme.companyId, externalId: await externalIdOf(acme), name: 'Acme' },
      { id: globex.companyId, externalId: await externalIdOf(globex), name: 'Globex' },
    ]
    const rejection = {
      data: null,
      errors: [{ message: severalCompanies, extensions: { code: 'BAD_USER_INPUT', companies } }],
    }
    expect(plain(await frank.send(WHERE))).toEqual(rejection)
    await naming(acme.companyId)
    await naming(globex.companyId)
    expect(plain(await frank.send(WHERE))).toEqual(rejection)
  })

  it('gets one and the same answer whether unknown, foreign, malformed or lost', async () => {
    const lost = frank.externalId
    await naming(globex.companyId)
    await sync(globex.gina, { externalId: lost, name: 'Frank Both', isEnabled: false })
    const names = {
      unknown: '0197a2b0-0000-7000-8000-000000000000',
      foreign: initech.companyId,
      foreignUuid: initech.companyUuid,
      foreignExternalId: await externalIdOf(initech),
      malformed: 'no such company',
      injected: `${acme.companyUuid}' or true --`,
      two: `${acme.companyId}, ${globex.companyId}`,
      ofAnotherType: acme.alice.userId,
      disabled: globex.companyId,
      empty: '',
    }
    for (const name of Object.values(names)) expect(plain(await naming(name))).toEqual(noMembership)
    const claims = [initech.companyUuid, 'nonsense', globex.companyUuid]
    for (const claim of claims) {
      expect(plain(await (await claiming(claim)).send(WHERE))).toEqual(noMembership)
    }
  })

  it('is the other one again once the second membership is disabled', async () => {
    await naming(acme.companyId)
    await naming(globex.companyId)
    await sync(globex.gina, { externalId: frank.externalId, name: 'Frank Both', isEnabled: false })
    expect((await frank.run(WHERE)).viewer.company.id).toBe(acme.companyId)
  })

  it('is named by companyId on a WebSocket', async () => {
    await naming(acme.companyId)
    const authorization = `Bearer ${frank.token}`
    const { ask, socket } = await openSocket(app.url, { authorization, companyId: globex.companyId })
    expect((await ask(WHERE)).payload.data.viewer.company.id).toBe(globex.companyId)
    socket.close()
    expect(await refusedSocket(app.url, { authorization })).toEqual({ code: 4400, reason: severalCompanies })
    expect(await refusedSocket(app.url, { authorization, companyId: initech.companyId })).toEqual({
      code: 4403,
      reason: 'You have no active membership in this company.',
    })
  })
})

describe('viewer.companies', () => {
  const COMPANIES = '{ viewer { companies { id name } } }'

  it('lists every company the person may act in, tied yet or not, and no other', async () => {
    const expected = [
      { id: acme.companyId, name: 'Acme' },
      { id: globex.companyId, name: 'Globex' },
    ]
    for (const company of [acme, globex]) {
      const { viewer } = await frank.run(COMPANIES, {}, { 'x-company-id': company.companyId })
      expect(viewer.companies).toEqual(expected)
    }
    await sync(globex.gina, { externalId: frank.externalId, name: 'Frank Both', isEnabled: false })
    const { viewer } = await frank.run(COMPANIES, {}, { 'x-company-id': acme.companyId })
    expect(viewer.companies).toEqual(expected.slice(0, 1))
  })

  it('lists no other company to a token or ticket that is for one', async () => {
    await naming(acme.companyId)
    await naming(globex.companyId)
    const pinned = await claiming(globex.companyUuid)
    const only = [{ id: globex.companyId, name: 'Globex' }]
    expect((await pinned.run(COMPANIES)).viewer.companies).toEqual(only)
    const { ticket } = await pinned.mutate('createConnectionTicket', {}, 'ticket')
    const { ask, socket } = await openSocket(app.url, { ticket })
    expect((await ask(COMPANIES)).payload.data.viewer.companies).toEqual(only)
    socket.close()
  })

  it('does not follow an external id that a company changed afterwards', async () => {
    const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
    await naming(acme.companyId)
    const boss = `boss-${frank.externalId}`
    await sync(initech.ivy, { externalId: boss, name: 'The Boss' })
    await prisma.user.updateMany({
      where: { companyId: acme.companyUuid, externalId: frank.externalId },
      data: { externalId: boss },
    })
    app.application.services.viewers.forget(acme.companyUuid)
    const inAcme = { 'x-company-id': acme.companyId }
    const { viewer } = await frank.run('{ viewer { user { externalId } companies { name } } }', {}, inAcme)
    expect(viewer.user.externalId).toBe(boss)
    expect(viewer.companies).toEqual([{ name: 'Acme' }, { name: 'Globex' }])
    const input = { companyId: initech.companyId }
    const ticket = await frank.mutate('createConnectionTicket', input, 'ticket', inAcme)
    expect(ticket).toMatchObject({ __typename: 'PermissionDeniedError' })
  })
})

describe('the root field companies', () => {
  const COMPANIES = '{ companies { id externalId name } }'

  it('is answered before a company is chosen, and enters none', async () => {
    const expected = [
      { id: acme.companyId, externalId: await externalIdOf(acme), name: 'Acme' },
      { id: globex.companyId, externalId: await externalIdOf(globex), name: 'Globex' },
    ]
    expect((await frank.run(COMPANIES)).companies).toEqual(expected)
    const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
    expect(await prisma.user.findFirst({ where: { externalId: frank.externalId } })).toMatchObject({
      subject: null,
    })
    await naming(acme.companyId)
    await naming(globex.companyId)
    expect((await frank.run(`query Pick ${COMPANIES}`)).companies).toEqual(expected)
    expect(await frank.run('{ __typename mine: companies { settings { safeMode } } }')).toEqual({
      __typename: 'Query',
      mine: [{ settings: { safeMode: false } }, { settings: { safeMode: false } }],
    })
    expect((await frank.run(COMPANIES, {}, { 'x-company-id': acme.companyId })).companies).toEqual(expected)
  })

  it('answers a token or ticket for one company with that one', async () => {
    const only = [{ id: globex.companyId, name: 'Globex' }]
    const pinned = await claiming(globex.companyUuid)
    expect((await pinned.run('{ companies { id name } }')).companies).toEqual(only)
    const { ticket } = await pinned.mutate('createConnectionTicket', {}, 'ticket')
    const { ask, socket } = await openSocket(app.url, { ticket })
    expect((await ask('{ companies { id name } }')).payload.data.companies).toEqual(only)
    socket.close()
  })

  it('lets nothing else be asked without a choice', async () => {
    const attempts = [
      '{ companies { id } viewer { user { id } } }',
      '{ companies { id } conversations { nodes { id } } }',
      '{ ...F } fragment F on Query { companies { id } viewer { user { id } } }',
      'mutation { companies: updatePreferences(input: {}) { __typename } }',
      'subscription { companies: inboxEvents { __typename } }',
      'query A { companies { id } } query B { viewer { company { id } } }',
      `{ companies { id } } # ${'x'.repeat(2_000)}`,
      '{ companies { id',
      `{ node(id: "${acme.companyId}") { id } } # companies`,
    ]
    for (const query of attempts) {
      const { data, errors } = await frank.send(query)
      expect({ data: data ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
        data: null,
        code: 'BAD_USER_INPUT',
      })
    }
    const strangers = frank.at(app.url, await app.issuer.mint({ subject: 'nobody-at-all' }))
    expect(plain(await strangers.send(COMPANIES))).toEqual(noMembership)
    const anonymous = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: COMPANIES }),
    })
    expect(anonymous.status).toBe(401)
  })

  it('is answered while messaging is switched off', async () => {
    const settings = { messagingEnabled: false }
    await acme.alice.mutate('updateCompanySettings', settings)
    expect((await acme.alice.run('{ companies { name } }')).companies).toEqual([{ name: 'Acme' }])
    await acme.alice.mutate('updateCompanySettings', { messagingEnabled: true })
  })
})

describe('a change to a member of one company', () => {
  it('never affects the same person in another company', async () => {
    const inGlobex = { 'x-company-id': globex.companyId }
    const SELF = '{ viewer { user { id name email department } role { name } preferences { sound } } }'
    const before = await frank.run(SELF, {}, inGlobex)
    const { externalId } = frank
    await naming(acme.companyId)
    await sync(acme.alice, {
      externalId,
      name: 'Renamed',
      email: 'else@acme.test',
      department: 'Sales',
      role: 'admin',
    })
    await frank.run(
      'mutation { updatePreferences(input: { sound: false }) { __typename } }',
      {},
      { 'x-company-id': acme.companyId },
    )
    expect(await frank.run(SELF, {}, inGlobex)).toEqual(before)
    await sync(acme.alice, { externalId, name: 'Renamed', isEnabled: false })
    expect(plain(await naming(acme.companyId))).toEqual(noMembership)
    expect(await frank.run(SELF, {}, inGlobex)).toEqual(before)
    const { prisma } = app.application.services.database.forSystem(globex.companyUuid)
    expect(await prisma.user.findFirst({ where: { externalId } })).toMatchObject({ isEnabled: true })
  })
})
