import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer, Client } from '../support/client.ts'
import { openSocket } from '../support/raw-socket.ts'
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
const _severalCompanies =
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
