import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer, Client } from '../support/client.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import {
  type Companies,
  claiming as claimingAs,
  externalIdOf as externalIdIn,
  newFrank,
  startCompanies,
  sync,
  WHERE,
} from './two-memberships.ts'

const noMembership = {
  data: null,
  errors: [{ message: 'You have no active membership in this company.', extensions: { code: 'FORBIDDEN' } }],
}
const severalCompanies =
  'You belong to several companies: name one in the X-Company-Id header, or as companyId in connection_init.'

let companies: Companies
let app: Companies['app']
let acme: Companies['acme']
let globex: Companies['globex']
let initech: Companies['initech']
let frank: Client
beforeAll(async () => {
  companies = await startCompanies()
  ;({ app, acme, globex, initech } = companies)
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  frank = await newFrank(companies)
})

const claiming = (companyId: string) => claimingAs(companies, frank, companyId)
const externalIdOf = (company: { companyUuid: string }) => externalIdIn(companies, company)

function naming(company: string): Promise<Answer> {
  return frank.send(WHERE, {}, { 'x-company-id': company })
}

function plain({ data, errors }: Answer): object {
  return { data: data ?? null, errors: errors?.map(({ message, extensions }) => ({ message, extensions })) }
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
