import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { type Answer, Client } from '../support/client.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'

const WHERE = '{ viewer { company { id } user { id } } }'

let app: TestApp
let acme: TestCompany<'alice'>
let globex: TestCompany<'gina'>
let initech: TestCompany<'ivy'>
/** A member of Acme and Globex, by a token that names no company. */
let frank: Client

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner' })
  globex = await app.company('Globex', { gina: 'owner' })
  initech = await app.company('Initech', { ivy: 'owner' })
  const externalId = 'frank@ticket.test'
  for (const owner of [acme.alice, globex.gina]) {
    await owner.mutate('syncMembers', { members: [{ externalId, name: 'Frank Both' }] })
  }
  const token = await app.issuer.mint({ subject: externalId })
  frank = new Client(app.url, token, { userId: '', uuid: '', externalId })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a ticket for one of several companies', () => {
  const MINT = `mutation ($input: CreateConnectionTicketInput!) {
    createConnectionTicket(input: $input) { __typename ... on CreateConnectionTicketPayload { ticket } }
  }`
  const ticketOf = ({ data }: Answer): string => data?.createConnectionTicket?.ticket

  async function companyOf(ticket: string): Promise<string> {
    const { ask, socket } = await openSocket(app.url, { ticket })
    const { payload } = await ask(WHERE)
    socket.close()
    return payload.data.viewer.company.id
  }

  it('is made without the header, by variables or literals', async () => {
    for (const { companyId } of [acme, globex]) {
      const byVariable = await frank.send(MINT, { input: { companyId } })
      expect(await companyOf(ticketOf(byVariable))).toBe(companyId)
      const byLiteral = await frank.send(
        `mutation { createConnectionTicket(input: { companyId: "${companyId}" }) { ... on CreateConnectionTicketPayload { ticket } } }`,
      )
      expect(await companyOf(ticketOf(byLiteral))).toBe(companyId)
    }
  })

  it('goes by its companyId even if the header names another', async () => {
    const inAcme = { 'x-company-id': acme.companyId }
    const answer = await frank.send(MINT, { input: { companyId: globex.companyId } }, inAcme)
    expect(await companyOf(ticketOf(answer))).toBe(globex.companyId)
    const unnamed = await frank.send(MINT, { input: {} }, inAcme)
    expect(await companyOf(ticketOf(unnamed))).toBe(acme.companyId)
  })

  it('is not made for a company the person is no member of', async () => {
    const refused = await frank.send(MINT, { input: { companyId: initech.companyId } })
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    const inAcme = { 'x-company-id': acme.companyId }
    const answer = await frank.send(MINT, { input: { companyId: initech.companyId } }, inAcme)
    expect(answer.data).toEqual({ createConnectionTicket: { __typename: 'PermissionDeniedError' } })
  })

  it('is not made for another company than the token names', async () => {
    const client = frank.at(
      app.url,
      await app.issuer.mint({ subject: frank.externalId, companyId: acme.companyUuid }),
    )
    const answer = await client.send(MINT, { input: { companyId: globex.companyId } })
    expect(answer.data).toEqual({ createConnectionTicket: { __typename: 'PermissionDeniedError' } })
  })

  it('still wants the company named, and named alone: no other operation is let in by it', async () => {
    const { companyId } = acme
    const naming = `createConnectionTicket(input: { companyId: "${companyId}" }) { __typename }`
    const attempts: [string, Record<string, unknown>][] = [
      [MINT, { input: {} }],
      [MINT, { input: { companyId: 'nonsense' } }],
      [MINT, { input: { companyId: acme.alice.userId } }],
      [`mutation { ${naming} updatePreferences(input: { sound: false }) { __typename } }`, {}],
      [`{ viewer { company { id } } } # ${naming}`, {}],
    ]
    for (const [query, variables] of attempts) {
      const answer = await frank.send(query, variables)
      expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    }
  })

  it('may be named again as the socket opens, and another company refuses it', async () => {
    const mint = async () => ticketOf(await frank.send(MINT, { input: { companyId: globex.companyId } }))
    for (const companyId of [globex.companyId, globex.companyUuid, globex.companyUuid.toUpperCase()]) {
      const { ask, socket } = await openSocket(app.url, { ticket: await mint(), companyId })
      expect((await ask(WHERE)).payload.data.viewer.company.id).toBe(globex.companyId)
      socket.close()
    }
    for (const companyId of [acme.companyId, initech.companyUuid, globex.gina.userId, 'nonsense', '']) {
      expect(await refusedSocket(app.url, { ticket: await mint(), companyId })).toEqual({
        code: 4403,
        reason: 'The connection ticket is for another company than companyId names.',
      })
    }
    for (const companyId of [7, {}, [globex.companyId], true]) {
      const refused = await refusedSocket(app.url, { ticket: await mint(), companyId })
      expect(refused).toEqual({ code: 4400, reason: 'companyId must be a string.' })
    }
  })
})
