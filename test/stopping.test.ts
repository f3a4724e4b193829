import { afterAll, beforeAll, expect, it } from 'vitest'
import { withClient } from '../src/database/roles.ts'
import { decodeId } from '../src/ids.ts'
import { startApp, type TestApp } from './support/app.ts'
import { openSharedSocket } from './support/following.ts'
import { failOnUnhandledRejections } from './support/unhandled-rejections.ts'
import { waitingStatements } from './support/waiting-statements.ts'

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { ... on SendMessagePayload { message { seq } } } }`
const INBOX = 'subscription { inboxEvents { __typename } }'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

it('a server that stops answers what was asked on its sockets before it closes them', async () => {
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const groupId = await alice.group('Team', [bob])
  const stopping = await startApp({ beside: app })
  await using busy = openSharedSocket(alice.at(stopping.url))
  await using idle = openSharedSocket(bob.at(stopping.url))
  const following = idle.start(INBOX, {})
  await withClient(app.database.adminUrl, async (holder) => {
    await holder.query('begin')
    await holder.query('select from conversations where id = $1 for update', [decodeId(groupId)?.uuid])
    const sent = busy.start(SEND, { input: { conversationId: groupId, body: 'on its way' } })
    await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
    const stopped = stopping[Symbol.asyncDispose]()
    await following.until(({ error }) => (error as CloseEvent | undefined)?.code === 1012)
    expect(sent.answers).toEqual([])
    await holder.query('rollback')
    await sent.until(({ isComplete }) => isComplete)
    expect(sent.answers).toEqual([{ data: { sendMessage: { message: { seq: 1 } } } }])
    await stopped
  })
})

it('a database that is closed is not reachable just now', async () => {
  const stopped = await startApp({ beside: app })
  const { database } = stopped.application.parts
  await stopped[Symbol.asyncDispose]()
  const statement = { name: 'one', text: 'select 1 as one' }
  await expect(database.unbound(statement, [])).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: 1_000,
  })
  await expect(
    database
      .forChores('00000000-0000-7000-8000-000000000000')
      .transaction(async (transaction) => transaction.company.count()),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
