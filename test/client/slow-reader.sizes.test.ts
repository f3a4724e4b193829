import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { libraryOf, take } from '../support/library.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>

beforeAll(async () => {
  // Long messages to a slow reader are more than one person's ordinary work.
  app = await startApp({ environment: { workBudgetPerPerson: 0 } })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function cursorOf(person: Client, id: string): Promise<string> {
  const { conversation } = await person.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
    id,
  })
  return conversation.eventsCursor
}

/** Has Alice send so many messages, ten at a time. */
async function speakMuch(conversationId: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(Array.from({ length: 10 }, () => acme.alice.say({ conversationId }, 'x')))
  }
}

/** How many subscriptions the server serves. */
async function subscriptions(): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  return Number(/^colloquy_live_subscriptions (\d+)/m.exec(text)?.[1])
}

describe('the client library', () => {
  it('asks the server to wait while its reader is slow, and loses nothing', {
    timeout: 600_000,
  }, async () => {
    await using bob = libraryOf(acme.bob)
    const conversationId = await acme.alice.group('Slow', [acme.bob])
    const after = await cursorOf(acme.bob, conversationId)
    const count = 1_100
    await speakMuch(conversationId, count)
    const events = bob.conversationEvents(conversationId, { after })
    const received = await take(events, 1)
    await vi.waitUntil(async () => (await subscriptions()) === 0, { timeout: 300_000 })
    received.push(...(await take(events, count - 1)))
    expect(received.map((event: Data) => event.message.seq)).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    )
  })
})
