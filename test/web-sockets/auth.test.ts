import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openRawSocket, openSocket, refusedSocket } from '../support/raw-socket.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

const WHO = '{ viewer { user { id } } }'
const howTo = {
  code: 4401,
  reason: 'Send { "ticket": "…" } or { "authorization": "Bearer …" } in connection_init.',
}

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let authorization: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  authorization = `Bearer ${acme.bob.token}`
})
afterAll(() => app[Symbol.asyncDispose]())

async function ticketOf(): Promise<string> {
  return (await acme.bob.mutate('createConnectionTicket', {}, 'ticket')).ticket
}

describe('connection_init', () => {
  it('takes an access token, and names the company if need be', async () => {
    for (const companyId of [undefined, null, acme.companyId, acme.companyUuid]) {
      const { ask, socket } = await openSocket(app.url, { authorization, companyId })
      expect((await ask(WHO)).payload.data.viewer.user.id).toBe(acme.bob.userId)
      socket.close()
    }
  })

  it('takes no other words for it', async () => {
    const others = [
      {},
      null,
      { ticket: 7 },
      { ticket: null },
      { authorization: 7 },
      { authorization: [authorization] },
      { Authorization: authorization },
      { token: acme.bob.token },
      { __proto__: { authorization } },
    ]
    for (const params of others) expect(await refusedSocket(app.url, params)).toEqual(howTo)
    const bare = await openRawSocket(app.url)
    bare.say({ type: 'connection_init' })
    expect(await bare.closed).toEqual(howTo)
    expect(await refusedSocket(app.url, { authorization: acme.bob.token })).toEqual({
      code: 4401,
      reason: 'The Authorization header must be "Bearer" and an access token.',
    })
  })

  it('takes a ticket or a token, not both, and the ticket stays good', async () => {
    const ticket = await ticketOf()
    for (const value of [authorization, 'Bearer nonsense', 7]) {
      expect(await refusedSocket(app.url, { ticket, authorization: value })).toEqual({
        code: 4401,
        reason: 'Send a ticket or an authorization in connection_init, not both.',
      })
    }
    const { socket } = await openSocket(app.url, { ticket })
    socket.close()
  })

  it('does not overlook a company it cannot read', async () => {
    for (const companyId of [7, true, [acme.companyId], { id: acme.companyId }]) {
      expect(await refusedSocket(app.url, { authorization, companyId })).toEqual({
        code: 4400,
        reason: 'companyId must be a string.',
      })
    }
    for (const companyId of ['', 'nonsense']) {
      expect(await refusedSocket(app.url, { authorization, companyId })).toEqual({
        code: 4403,
        reason: 'You have no active membership in this company.',
      })
    }
  })

  it('refuses a client that says it is too old, with a code of its own', async () => {
    for (const clientVersion of [0, -1]) {
      expect(await refusedSocket(app.url, { authorization, clientVersion })).toEqual({
        code: 4426,
        reason: 'This client is outdated: reload the page.',
      })
    }
    for (const clientVersion of ['1', 1.5, true, [1]]) {
      expect(await refusedSocket(app.url, { authorization, clientVersion })).toEqual({
        code: 4400,
        reason: 'clientVersion must be a whole number.',
      })
    }
    for (const clientVersion of [undefined, null, 1, 2, 1_000]) {
      const { ask, socket } = await openSocket(app.url, { authorization, clientVersion })
      expect((await ask(WHO)).payload.data.viewer.user.id).toBe(acme.bob.userId)
      socket.close()
    }
  })

  it('leaves the ticket of a client that is too old unused', async () => {
    const ticket = await ticketOf()
    expect(await refusedSocket(app.url, { ticket, clientVersion: 0 })).toMatchObject({ code: 4426 })
    const { socket } = await openSocket(app.url, { ticket, clientVersion: 1 })
    socket.close()
  })

  it('is waited for, and no longer than a few seconds', async () => {
    const { closed } = await openRawSocket(app.url)
    expect(await closed).toMatchObject({ code: 4408 })
  })

  it('comes once', async () => {
    const twice = await openRawSocket(app.url, { authorization })
    twice.say({ type: 'connection_init', payload: { authorization } })
    expect(await twice.closed).toMatchObject({ code: 4429 })
  })

  it('comes before everything else', async () => {
    const early = await openRawSocket(app.url)
    early.say({ type: 'subscribe', id: '1', payload: { query: WHO } })
    expect(await early.closed).toMatchObject({ code: 4401 })
    const eager = await openRawSocket(app.url)
    eager.say({ type: 'connection_init', payload: { authorization } })
    eager.say({ type: 'subscribe', id: '1', payload: { query: WHO } })
    expect(await eager.closed).toMatchObject({ code: 4401 })
  })
})

describe('an open socket', () => {
  beforeEach(() => setEnabled(true))

  async function setEnabled(isEnabled: boolean): Promise<void> {
    const members = [{ externalId: acme.bob.externalId, name: 'Bob Acme', isEnabled }]
    const synced = await acme.alice.mutate('syncMembers', { members }, 'problems { detail }')
    expect(synced).toMatchObject({ problems: [] })
  }

  it('closes by itself when the access token expires', async () => {
    const subject = acme.bob.externalId
    const token = await app.issuer.mint({ subject, companyId: acme.companyUuid, expiresInSeconds: 8 })
    const { ask, closed } = await openSocket(app.url, { authorization: `Bearer ${token}` })
    expect((await ask(WHO)).payload.data.viewer.user.id).toBe(acme.bob.userId)
    expect(await closed).toEqual({ code: 4401, reason: 'The access token has expired.' })
  })

  it('answers nothing more to a member who is disabled, until enabled again', async () => {
    const { ask, socket } = await openSocket(app.url, { authorization })
    expect((await ask(WHO)).type).toBe('next')
    await setEnabled(false)
    const operations = [
      WHO,
      '{ conversations { nodes { id } } }',
      'mutation { updatePreferences(input: { sound: false }) { __typename } }',
      'subscription { inboxEvents { __typename } }',
    ]
    for (const operation of operations) {
      const { type, payload } = await ask(operation)
      expect({ type, payload }).toEqual({
        type: 'error',
        payload: [
          {
            message: 'You have no active membership in this company.',
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      })
    }
    await setEnabled(true)
    expect((await ask(WHO)).payload.data.viewer.user.id).toBe(acme.bob.userId)
    socket.close()
  })

  it('shows the member’s role as it is by now', async () => {
    const { ask, socket } = await openSocket(app.url, { authorization })
    const ROLE = '{ viewer { role { name } permissions } members { nodes { user { id } } } }'
    expect((await ask(ROLE)).payload.errors[0].extensions.code).toBe('FORBIDDEN')
    const promote = (role: string) =>
      acme.alice.mutate('syncMembers', {
        members: [{ externalId: acme.bob.externalId, name: 'Bob Acme', role }],
      })
    await promote('admin')
    expect((await ask(ROLE)).payload.data).toMatchObject({
      viewer: { role: { name: 'admin' }, permissions: expect.arrayContaining(['MEMBER_MANAGE']) },
    })
    await promote('member')
    expect((await ask(ROLE)).payload.errors[0].extensions.code).toBe('FORBIDDEN')
    socket.close()
  })

  it('rejects an operation without an effect on the others', async () => {
    const { ask, say, frame, socket } = await openSocket(app.url, { authorization })
    const { inboxCursor } = (await acme.bob.run('{ viewer { inboxCursor } }')).viewer
    const query = `subscription { inboxEvents(after: "${inboxCursor}") { __typename } }`
    say({ type: 'subscribe', id: 'live', payload: { query } })
    const NOWHERE = `subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }`
    const id = Buffer.from('Conversation:0197a2b0-0000-7000-8000-000000000000').toString('base64url')
    const { payload } = await ask(NOWHERE, { variables: { id } })
    expect((payload.errors ?? payload)[0].extensions).toEqual({ code: 'NOT_FOUND' })
    await acme.alice.say({ recipientId: acme.bob.userId }, 'still there?')
    expect((await frame((sent) => sent.id === 'live')).type).toBe('next')
    socket.close()
  })

  it('takes operations in binary frames as it takes text', async () => {
    const { say, frame, socket } = await openSocket(app.url, { authorization })
    say(Buffer.from(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: WHO } })))
    expect((await frame(({ id }) => id === '1')).payload.data.viewer.user.id).toBe(acme.bob.userId)
    socket.close()
  })

  it('leaves no token in the log', async () => {
    await refusedSocket(app.url, { authorization: `${authorization}x` })
    expect(JSON.stringify(app.logged)).not.toContain(acme.bob.token.split('.')[2])
    expect(app.logged.filter(({ level }) => Number(level) >= 50)).toEqual([])
  })
})
