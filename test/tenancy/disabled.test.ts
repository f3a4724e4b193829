import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const FRANK = 'frank@disabled.test'
const WHERE = '{ viewer { company { name } } }'
const FOLLOW = 'subscription ($after: String) { inboxEvents(after: $after) { __typename } }'

describe('disabling a member', () => {
  let app: TestApp
  let acme: TestCompany<'alice'>
  let globex: TestCompany<'gina'>
  let frank: Client
  let atGlobex: Record<string, string>
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { alice: 'owner' })
    globex = await app.company('Globex', { gina: 'owner' })
    await setFrank(acme.alice, true)
    await setFrank(globex.gina, true)
    frank = new Client(app.url, await app.issuer.mint({ subject: FRANK }), {
      userId: '',
      uuid: '',
      externalId: FRANK,
    })
    atGlobex = { 'x-company-id': globex.companyId }
    await frank.run(WHERE, {}, { 'x-company-id': acme.companyId })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  function setFrank(admin: Client, isEnabled: boolean) {
    const members = [{ externalId: FRANK, name: 'Frank Both', isEnabled }]
    return admin.mutate('syncMembers', { members }, 'created updated')
  }

  it('shuts the person out of that company at once, by every door, and of no other', async () => {
    const { ticket } = await frank.mutate('createConnectionTicket', {}, 'ticket', atGlobex)
    const { viewer } = await frank.run('{ viewer { inboxCursor user { id } } }', {}, atGlobex)
    const socket = { authorization: `Bearer ${frank.token}`, companyId: globex.companyId }
    await using stream = frank.subscribe(FOLLOW, { after: viewer.inboxCursor }, socket)
    await globex.gina.say({ recipientId: viewer.user.id }, 'Still there?')
    await stream.count(1)

    expect(await setFrank(globex.gina, false)).toMatchObject({ updated: 1 })
    await stream.until(({ isComplete }) => isComplete)
    const unknown = await frank.send(WHERE, {}, { 'x-company-id': newId() })
    expect(unknown.errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect(await frank.send(WHERE, {}, atGlobex)).toEqual(unknown)
    for (const credentials of [{ ticket }, socket]) {
      await using late = frank.subscribe(FOLLOW, {}, credentials)
      expect(await late.until(({ closeEvent }) => closeEvent)).toMatchObject({ code: 4403 })
    }
    expect(await frank.run('{ viewer { company { name } companies { name } } }')).toEqual({
      viewer: { company: { name: 'Acme' }, companies: [{ name: 'Acme' }] },
    })

    await setFrank(globex.gina, true)
    expect(await frank.run(WHERE, {}, atGlobex)).toEqual({ viewer: { company: { name: 'Globex' } } })
  })

  it('shows the person nothing on a node that has not heard of it yet', async () => {
    await using second = await startApp({ beside: app })
    const there = frank.at(second.url)
    const inbox = '{ conversations { nodes { id } } users { nodes { id } } }'
    expect((await there.run(inbox, {}, atGlobex)).conversations.nodes).toHaveLength(1)
    await setFrank(globex.gina, false)
    const { data, errors } = await there.send(inbox, {}, atGlobex)
    if (errors) expect(errors[0]?.extensions?.code).toBe('FORBIDDEN')
    else expect(data).toEqual({ conversations: { nodes: [] }, users: { nodes: [] } })
    await setFrank(globex.gina, true)
  })
})
