import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { openDoor } from '../support/door.ts'
import { cursorsOf } from '../support/following.ts'
import { libraryOf, take } from '../support/library.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

it('an event stream on which nothing comes any more, not even a comment, is opened again', async () => {
  await using door = await openDoor(Number(new URL(app.url).port))
  let losses = 0
  await using bob = libraryOf(acme.bob, {
    url: `${door.url}/graphql`,
    transport: 'events',
    onStatus: (status) => {
      if (status === 'disconnected') losses += 1
    },
  })
  const conversationId = await acme.alice.group('Silence', [acme.bob])
  const { events } = await cursorsOf(acme.bob, conversationId)
  const stream = bob.conversationEvents(conversationId, { after: events })
  await acme.alice.say({ conversationId }, 'before')
  expect(await take(stream, 1)).toMatchObject([{ message: { body: 'before' } }])
  for (const link of door.links()) link.stall()
  await acme.alice.say({ conversationId }, 'meanwhile')
  await acme.alice.say({ conversationId }, 'after')
  expect(await take(stream, 2)).toMatchObject([
    { message: { body: 'meanwhile' } },
    { message: { body: 'after' } },
  ])
  expect(losses).toBe(1)
}, 120_000)
