import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDemoData } from '../../src/seed/demo-data.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { type Answer, Client } from '../support/client.ts'
import { openSocket, refusedSocket } from '../support/raw-socket.ts'

const WHERE = '{ viewer { company { id } } }'

let app: TestApp
let acme: TestCompany<'alice'>
let globex: TestCompany<'gina'>
let initech: TestCompany<'ivy'>
/** Somebody whom Acme has taken in, by a token that names no company. */
let bob: Client
let bobs = 0

beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
  globex = await app.company('Globex', { gina: 'owner' })
  initech = await app.company('Initech', { ivy: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

beforeEach(async () => {
  bobs += 1
  bob = await person(`bob-${bobs}@acme.test`)
  await invite(acme.alice)
})

async function person(subject: string): Promise<Client> {
  return new Client(app.url, await app.issuer.mint({ subject }), {
    userId: '',
    uuid: '',
    externalId: subject,
  })
}

async function invite(admin: Client, member: Record<string, unknown> = {}): Promise<void> {
  const row = { externalId: bob.externalId, name: 'x', ...member }
  const result = await admin.mutate('syncMembers', { members: [row] }, 'problems { detail }')
  expect(result).toMatchObject({ __typename: 'SyncMembersPayload', problems: [] })
}

async function companyOf(company?: string): Promise<unknown> {
  const headers = company === undefined ? {} : { 'x-company-id': company }
  const answer = await bob.send(WHERE, {}, headers)
  return answer.data?.viewer?.company.id ?? requestErrorOf(answer)
}

function requestErrorOf({ errors }: Answer) {
  const { code, companies } = errors?.[0]?.extensions ?? {}
  return { code, companies: (companies as { name: string }[] | undefined)?.map(({ name }) => name) }
}

describe('an invitation by another company', () => {
  it('does not stop somebody who names no company from working where they have signed in', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    await invite(globex.gina)
    await invite(initech.ivy, { isEnabled: true, role: 'admin' })
    await forgetChoices()
    expect(await companyOf()).toBe(acme.companyId)
    const { socket, ask } = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    expect((await ask(WHERE)).payload.data.viewer.company.id).toBe(acme.companyId)
    socket.close()
    const made = await bob.mutate('createConnectionTicket', {}, 'ticket')
    expect(made.__typename).toBe('CreateConnectionTicketPayload')
  })

  it('is accepted by naming its company, and counts from then on', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    await invite(globex.gina)
    expect(await companyOf(globex.companyId)).toBe(globex.companyId)
    await invite(initech.ivy)
    await forgetChoices()
    expect(await companyOf()).toEqual({ code: 'BAD_USER_INPUT', companies: ['Acme', 'Globex', 'Initech'] })
    expect(await companyOf(acme.companyId)).toBe(acme.companyId)
  })

  it('is accepted by a ticket for its company', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    await invite(globex.gina)
    const input = { companyId: globex.companyId }
    const { ticket } = await bob.mutate('createConnectionTicket', input, 'ticket')
    const { socket, ask } = await openSocket(app.url, { ticket })
    expect((await ask(WHERE)).payload.data.viewer.company.id).toBe(globex.companyId)
    socket.close()
  })

  it('is not slipped into by somebody whose own membership ends', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    await invite(globex.gina)
    await invite(acme.alice, { isEnabled: false })
    await forgetChoices()
    expect(await companyOf()).toEqual({ code: 'BAD_USER_INPUT', companies: ['Globex'] })
    expect(await refusedSocket(app.url, { authorization: `Bearer ${bob.token}` })).toEqual({
      code: 4400,
      reason:
        'You are only invited to a company: name it in the X-Company-Id header, or as companyId in connection_init.',
    })
    expect(await companyOf(globex.companyId)).toBe(globex.companyId)
  })

  it('that is withdrawn or disabled is neither offered nor entered', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    await invite(globex.gina, { isEnabled: false })
    expect(await companyOf(globex.companyId)).toEqual({ code: 'FORBIDDEN', companies: undefined })
    const { viewer } = await bob.run('{ viewer { companies { name } } }')
    expect(viewer.companies).toEqual([{ name: 'Acme' }])
  })

  it('that came before the first sign-in leaves the choice to the person, once', async () => {
    await invite(globex.gina)
    expect(await companyOf()).toEqual({ code: 'BAD_USER_INPUT', companies: ['Acme', 'Globex'] })
    expect(await companyOf(acme.companyId)).toBe(acme.companyId)
    await forgetChoices()
    expect(await companyOf()).toBe(acme.companyId)
  })

  it('tells the one who makes it nothing of the other company', async () => {
    expect(await companyOf()).toBe(acme.companyId)
    const tell = (externalId: string) => {
      const input = { members: [{ externalId, name: 'x' }] }
      return globex.gina.mutate('syncMembers', input, 'created updated unchanged problems { detail }')
    }
    expect(await tell(bob.externalId)).toEqual(await tell(`nobody-${bobs}@nowhere.test`))
  })
})

describe('demo people', () => {
  it('count as having signed in, so that an invitation locks none of them out of a fresh installation', async () => {
    await using demo = await startApp()
    await createDemoData(demo.application.services, demo.issuer)
    const as = async (subject: string) =>
      new Client(demo.url, await demo.issuer.mint({ subject }), { userId: '', uuid: '', externalId: subject })
    const gina = await as('gina@globex.test')
    await gina.mutate('syncMembers', { members: [{ externalId: 'bob@acme.test', name: 'x' }] })
    const bobs = await (await as('bob@acme.test')).run('{ viewer { company { name } } }')
    expect(bobs.viewer.company.name).toBe('Acme')
    const frank = await (await as('frank@both.test')).send(WHERE)
    expect(requestErrorOf(frank)).toEqual({ code: 'BAD_USER_INPUT', companies: ['Acme', 'Globex'] })
  })
})

/** The choice of a company is remembered for a second, which is to hide nothing here. */
function forgetChoices(): Promise<void> {
  return delay(1_100)
}
