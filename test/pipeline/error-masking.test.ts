import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { openSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

/** Matches texts that an answer must never contain: SQL, tables and columns, files and stacks, libraries. */
const INSIDES =
  /select |insert |update |relation|column|_id\b|participants_|\.ts\b|\.js\b|node_modules|\bat .+:\d+|prisma|postgres|\bpg\b|decrypt|cipher|authentica/i

describe('a fault inside', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol'>
  let conversationId: string
  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
    ;({ conversationId } = await acme.alice.say({ recipientId: acme.bob.userId }, 'a secret of the two'))
    await asOwner(
      `update messages set body = '\\x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'`,
    )
    await asOwner('alter table receipts rename to receipts_lost')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function asOwner(sql: string): Promise<void> {
    await withClient(app.database.adminUrl, async (admin) => void (await admin.query(sql)))
  }

  /** The one error, which must be masked; gives what the log says under its reference. */
  function faultOf({ errors }: Answer): Record<string, unknown> {
    expect(errors).toHaveLength(1)
    const [error] = errors ?? []
    const reference = String(error?.extensions?.reference)
    expect(error?.message).toBe(`Something went wrong on our side; the reference is ${reference}.`)
    expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', reference })
    expect(JSON.stringify({ ...error, locations: undefined })).not.toMatch(INSIDES)
    const lines = app.logged.filter((line) => line.reference === reference)
    expect(lines).toHaveLength(1)
    const [line = {}] = lines
    expect(line).toMatchObject({ level: 50, err: { message: expect.any(String), stack: expect.any(String) } })
    return line
  }

  const READ = `query ($id: ID!) { conversation(id: $id) { messages(last: 5) { nodes { seq body } } } }`
  const MARK = `mutation ($id: ID!) { markRead(input: { conversationId: $id }) { __typename } }`

  it('in a query is answered with a reference alone, on every transport', async () => {
    const { alice } = acme
    const variables = { id: conversationId }
    faultOf(await alice.send(READ, variables))
    const { answers } = await overSse(app.url, { authorization: `Bearer ${alice.token}` }, READ, {
      variables,
    })
    expect(answers).toHaveLength(1)
    for (const answer of answers) faultOf(answer)
    const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${alice.token}` })
    faultOf((await ask(READ, { variables })).payload)
    expect((await ask('{ viewer { user { name } } }')).payload).toHaveProperty('data.viewer.user.name')
    socket.close()
  })

  it('in a mutation is answered with a reference alone, on every transport, and the log has the cause', async () => {
    const { bob } = acme
    const variables = { id: conversationId }
    const line = faultOf(await bob.send(MARK, variables))
    expect(JSON.stringify(line.err)).toContain('receipts')
    const { answers } = await overSse(app.url, { authorization: `Bearer ${bob.token}` }, MARK, { variables })
    expect(answers).toHaveLength(1)
    for (const answer of answers) faultOf(answer)
    const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    faultOf((await ask(MARK, { variables })).payload)
    socket.close()
  })

  it('in an event is answered with a reference alone, and the stream goes on', async () => {
    const { alice, bob } = acme
    const { inboxCursor } = (await bob.run('{ viewer { inboxCursor } }')).viewer
    const LAST = `subscription { inboxEvents(after: "${inboxCursor}") {
      ... on ConversationActivity { conversation { messages(last: 5) { nodes { seq body } } } } } }`
    const { say, frame, socket } = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    say({ type: 'subscribe', id: 'live', payload: { query: LAST } })
    const sse = overSse(app.url, { authorization: `Bearer ${bob.token}` }, LAST, { enough: 1 })
    await alice.say({ conversationId }, 'one more')
    faultOf((await frame(({ type }) => type === 'next')).payload)
    for (const answer of (await sse).answers) faultOf(answer)
    socket.close()
  })

  it('while signing in is answered with a reference alone, and status 500', async () => {
    await asOwner('alter function app.memberships_of rename to memberships_lost')
    const token = await app.issuer.mint({ subject: 'nobody-yet' })
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ viewer { user { id } } }' }),
    })
    await asOwner('alter function app.memberships_lost rename to memberships_of')
    expect(response.status).toBe(500)
    faultOf((await response.json()) as Answer)
    expect(JSON.stringify(app.logged)).not.toContain(token.split('.')[2])
  })

  it('in stored data that the schema cannot speak of is a fault, not the caller’s mistake', async () => {
    await asOwner(`alter table messages drop constraint messages_priority_check`)
    await asOwner(`update messages set priority = 'SECRET_PRIORITY'`)
    const PRIORITIES = `query ($id: ID!) { conversation(id: $id) { messages(last: 1) { nodes { priority } } } }`
    faultOf(await acme.alice.send(PRIORITIES, { id: conversationId }))
  })

  it('leaves neither bodies nor tokens in the log', async () => {
    const log = JSON.stringify(app.logged)
    expect(log).not.toContain('a secret of the two')
    expect(log).not.toContain('one more')
    for (const { token } of [acme.alice, acme.bob]) expect(log).not.toContain(token.split('.')[2])
  })
})

describe('an error in production', () => {
  it('suggests no name of the schema, on any transport', async () => {
    await using app = await startApp({ demoUsers: null })
    const { alice } = await app.company('Acme', { alice: 'owner' })
    const documents: [string, Record<string, unknown>][] = [
      ['{ viewr { user { id } } }', {}],
      ['{ viewer { user } }', {}],
      ['{ users(serch: "x") { nodes { id } } }', {}],
      ['query ($x: Strng) { users(search: $x) { nodes { id } } }', {}],
      ['{ node(id: "x") { name } }', {}],
      ['mutation { heartbeat(input: { status: ONLIN }) { __typename } }', {}],
      ['mutation { heartbeat(input: { statu: ONLINE }) { __typename } }', {}],
      ['mutation ($x: HeartbeatInput!) { heartbeat(input: $x) { __typename } }', { x: { statu: 'ONLINE' } }],
      ['mutation ($x: HeartbeatInput!) { heartbeat(input: $x) { __typename } }', { x: { status: 'ONLIN' } }],
    ]
    const headers = { authorization: `Bearer ${alice.token}` }
    for (const [query, variables] of documents) {
      const { ask, socket } = await openSocket(app.url, headers)
      const answers = [
        await alice.send(query, variables),
        (await ask(query, { variables })).payload,
        ...(await overSse(app.url, headers, query, { variables })).answers,
      ].map((answer) => JSON.stringify(answer))
      socket.close()
      expect(answers.length).toBe(3)
      for (const answer of answers) {
        expect(answer).toContain('BAD_USER_INPUT')
        expect(answer).not.toMatch(/did you mean|or \\"/i)
      }
    }
  })
})
