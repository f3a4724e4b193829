import { once } from 'node:events'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { openEventStream } from '../support/event-stream.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { acceptedFor } from './accepted-socket.ts'

const INBOX = 'subscription { inboxEvents { __typename ... on ConversationActivity { message { body } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  // Here Yoga writes a comment every 300 ms rather than 12 s.
  app = await startApp({ stalledMs: 1_000 })
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

describe('an answer over HTTP', () => {
  it('that is a quiet stream lives longer than a client may be silent', async () => {
    await using stream = await openEventStream(acme.bob, INBOX)
    for (let comments = 0; comments < 10; comments += 1) expect(await stream.nextOfAll()).toEqual({})
    await acme.alice.say({ conversationId: groupId }, 'one')
    expect((await stream.event()).event.message.body).toBe('one')
  })

  it('that is a stream of which nothing is read is ended', { timeout: 90_000 }, async () => {
    const { client, atServer } = await ask(acme.bob, INBOX)
    // The operating system holds some megabytes before the server learns of anything.
    while (!atServer.destroyed) await sayMuch(20)
    client.destroy()
  })

  it('of any other kind of which nothing is read is ended', { timeout: 90_000 }, async () => {
    await sayMuch(100)
    const messages = 'messages(last: 50) { nodes { body } }'
    const page = `{ conversation(id: "${groupId}") { a: ${messages} b: ${messages} c: ${messages} d: ${messages} } }`
    const { client, atServer } = await ask(acme.bob, page)
    if (!atServer.destroyed) await once(atServer, 'close')
    client.destroy()
  })

  /** In messages of 32,000 characters. */
  async function sayMuch(times: number): Promise<void> {
    await Promise.all(
      Array.from({ length: times }, () => acme.alice.say({ conversationId: groupId }, 'x'.repeat(32_000))),
    )
  }

  /** Asks over HTTP and reads only how the answer begins; with the server's end of the connection. */
  async function ask({ token }: Client, query: string) {
    const { port, hostname } = new URL(app.url)
    const client = createConnection(Number(port), hostname).on('error', () => {})
    const accepted = acceptedFor(client)
    const body = JSON.stringify({ query })
    client.write(
      `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nAccept: text/event-stream, application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await once(client, 'data')
    client.pause()
    return { client, atServer: await accepted }
  }
})
