import { afterEach, expect, it, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { sharedRedisForTests } from '../support/redis.ts'

const HOUR_MS = 3_600_000
const SENT = '... on MessageSent { cursor message { seq body } }'

const redis = await sharedRedisForTests()
let app: TestApp | undefined
afterEach(async () => {
  vi.useRealTimers()
  await app?.[Symbol.asyncDispose]()
})

/** Moves the clock of this process, as a machine's is moved by hand; what measures durations goes on. */
function jump(byMs: number): void {
  vi.useFakeTimers({
    toFake: ['Date'],
    now: Date.now() + byMs,
    shouldAdvanceTime: true,
    advanceTimeDelta: 20,
  })
}

it('a clock that jumps past the end of a token refuses it until it is set right, over HTTP and on a socket', async () => {
  app = await startApp(redis ? { redisUrl: redis.url } : {})
  const { ann } = await app.company('Acme', { ann: 'owner' })
  const viewer = '{ viewer { user { name } } }'
  await ann.run(viewer)
  // Tokens of the development issuer last for twelve hours.
  jump(13 * HOUR_MS)
  const { errors } = await ann.send(viewer)
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  await using refused = ann.subscribe('subscription { inboxEvents { __typename } }')
  expect(await refused.until(({ closeEvent }) => closeEvent)).toMatchObject({ code: 4401 })
  vi.useRealTimers()
  await ann.run(viewer)
})

it.each([
  ['an hour ahead', HOUR_MS],
  ['half a minute back', -HOUR_MS / 120],
])('a clock that jumps %s costs no message and no event, and keeps their order', async (_name, byMs) => {
  app = await startApp(redis ? { redisUrl: redis.url } : {})
  const { ann, bob } = await app.company('Acme', { ann: 'owner', bob: 'member' })
  const conversationId = await ann.group('Team', [bob])
  await using events = await bob.watch(conversationId, SENT)
  await ann.say({ conversationId }, 'Before')
  await events.count(1)
  jump(byMs)
  await ann.say({ conversationId }, 'After the jump')
  await using late = await bob.watch(conversationId, SENT, events.events[0].cursor)
  vi.useRealTimers()
  await ann.say({ conversationId }, 'After it was set right')
  for (const [recorder, count] of [
    [events, 3],
    [late, 2],
  ] as const)
    expect((await recorder.count(count)).map(({ message }) => message.seq)).toEqual([1, 2, 3].slice(-count))
  const { conversation } = await bob.run(
    'query ($id: ID!) { conversation(id: $id) { messages(last: 5) { nodes { body } } } }',
    { id: conversationId },
  )
  expect(conversation.messages.nodes.map(({ body }: { body: string }) => body)).toEqual([
    'Before',
    'After the jump',
    'After it was set right',
  ])
})
