import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { statement } from '../../src/database/statement.ts'
import { decodeId } from '../../src/ids.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { openSharedSocket } from '../support/following.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } } }`
const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '\r\n',
].join('\r\n')
const INBOX = 'subscription { inboxEvents { __typename } }'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

it('a server that stops answers requests of its sockets before it closes them', async () => {
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const groupId = await alice.group('Team', [bob])
  const stopping = await startApp({ beside: app })
  await using busy = openSharedSocket(alice.at(stopping.url))
  await using idle = openSharedSocket(bob.at(stopping.url))
  const following = idle.start(INBOX, {})
  const ready = idle.start('{ viewer { user { name } } }')
  await ready.until(({ isComplete }) => isComplete)
  await withClient(app.database.adminUrl, async (holder) => {
    await holder.query('begin')
    await holder.query('select from conversations where id = $1 for update', [decodeId(groupId)?.uuid])
    const sent = busy.start(SEND, { input: { conversationId: groupId, body: 'on its way' } })
    await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
    const stopped = stopping[Symbol.asyncDispose]()
    await following.until(({ error }) => (error as CloseEvent | undefined)?.code === 1012)
    const late = busy.start('{ viewer { user { name } } }')
    expect(await late.rejection()).toMatchObject({ extensions: { code: 'UNAVAILABLE', retryAfterMs: 1_000 } })
    expect(sent.answers).toEqual([])
    await holder.query('rollback')
    await sent.until(({ isComplete }) => isComplete)
    expect(sent.answers).toEqual([{ data: { sendMessage: { message: { seq: 1 } } } }])
    await stopped
  })
})

it('an answer is waited for from the moment it is asked for, and nobody comes in any more', async () => {
  const { alice, bob, companyUuid } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const conversationId = await alice.group('Team', [bob])
  const stopping = await startApp({ beside: app })
  await using busy = openSharedSocket(alice.at(stopping.url))
  // A socket that nothing needs is closed by its client.
  busy.start(INBOX)
  const ready = busy.start('{ viewer { user { name } } }')
  await ready.until(({ isComplete }) => isComplete)
  const late = connect(Number(new URL(stopping.url).port), '127.0.0.1')
  await once(late, 'connect')
  await withClient(app.database.adminUrl, async (holder) => {
    await holder.query('begin')
    // The document by which the viewer is looked up.
    await holder.query('lock table roles in access exclusive mode')
    stopping.application.services.viewers.forget(companyUuid)
    const sent = busy.start(SEND, { input: { conversationId, body: 'on its way' } })
    await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
    const stopped = stopping[Symbol.asyncDispose]()
    late.write(UPGRADE)
    expect(String((await once(late, 'data'))[0])).toMatch(/^HTTP\/1.1 503 /)
    await holder.query('rollback')
    await sent.until(({ isComplete }) => isComplete)
    expect(sent.answers).toEqual([{ data: { sendMessage: { message: { seq: 1 } } } }])
    await stopped
  })
})

it('a database that is closed is not reachable just now', async () => {
  const stopped = await startApp({ beside: app })
  const { database } = stopped.application.services
  await stopped[Symbol.asyncDispose]()
  const one = statement({ name: 'one', text: 'select 1 as one' })
  await expect(database.unbound(one, {})).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: 1_000,
  })
  await expect(
    database
      .forSystem('00000000-0000-7000-8000-000000000000')
      .transaction(async (transaction) => transaction.company.count()),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
