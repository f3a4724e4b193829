import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { cursorsOf, followInbox, openSharedSocket } from '../support/following.ts'
import { openSocket } from '../support/raw-socket.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const SOON = { interval: 20, timeout: 30_000 }
const WATCH = `subscription ($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) { __typename ... on MessageSent { message { body } } } }`
const INBOX = 'subscription { inboxEvents { __typename ... on ConversationActivity { message { body } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.split(' ')[1])
}

const nobodyListens = () =>
  vi.waitFor(async () => {
    expect(await gauge('colloquy_live_subscriptions')).toBe(0)
    expect(await gauge('colloquy_live_companies')).toBe(0)
  }, SOON)

describe('one socket', () => {
  it('carries queries, mutations and subscriptions side by side', async () => {
    const { alice, bob } = acme
    const { events: after } = await cursorsOf(bob, groupId)
    await using socket = openSharedSocket(bob)
    const watching = [1, 2, 3].map(() => socket.start(WATCH, { id: groupId, after }))
    const sent = socket.start(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      { input: { conversationId: groupId, body: 'from the socket' } },
    )
    const asked = socket.start('{ viewer { user { name } } }')
    await sent.until(({ isComplete }) => isComplete)
    await asked.until(({ isComplete }) => isComplete)
    expect(asked.answers).toEqual([{ data: { viewer: { user: { name: 'Bob Acme' } } } }])
    for (const each of watching) expect((await each.count(1))[0].message.body).toBe('from the socket')
    await alice.say({ conversationId: groupId }, 'for all three')
    for (const each of watching) expect((await each.count(2))[1].message.body).toBe('for all three')
  })

  it('goes on with the others when one subscription is completed', async () => {
    const { alice, bob } = acme
    const { events: after } = await cursorsOf(bob, groupId)
    await using socket = openSharedSocket(bob)
    const [left, stays] = [1, 2].map(() => socket.start(WATCH, { id: groupId, after }))
    await alice.say({ conversationId: groupId }, 'one')
    await Promise.all([left?.count(1), stays?.count(1)])
    left?.unsubscribe()
    await vi.waitFor(async () => expect(await gauge('colloquy_live_subscriptions')).toBe(1), SOON)
    await alice.say({ conversationId: groupId }, 'two')
    await stays?.count(2)
    expect(left?.events).toHaveLength(1)
  })

  it('carries 100 subscriptions and refuses the next one until one is completed', async () => {
    const { alice, bob } = acme
    const { events: after } = await cursorsOf(bob, groupId)
    const socket = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    const start = (id: string) =>
      socket.say({ type: 'subscribe', id, payload: { query: WATCH, variables: { id: groupId, after } } })
    for (let at = 0; at < 100; at += 1) start(`${at}`)
    await vi.waitFor(async () => expect(await gauge('colloquy_live_subscriptions')).toBe(100), SOON)
    const refused = await socket.ask(INBOX)
    expect(refused).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }],
    })
    expect(refused.payload[0].message).toContain('At most 100 subscriptions')
    const { payload } = await socket.ask('{ viewer { user { name } } }')
    expect(payload.data.viewer.user.name).toBe('Bob Acme')

    await alice.say({ conversationId: groupId }, 'to a hundred')
    const isHeard = ({
      payload: next,
    }: {
      payload?: { data?: { conversationEvents?: { message: { body: string } } } }
    }) => next?.data?.conversationEvents?.message.body === 'to a hundred'
    await vi.waitFor(() => expect(socket.frames.filter(isHeard)).toHaveLength(100), SOON)
    socket.say({ type: 'complete', id: '7' })
    await vi.waitFor(async () => expect(await gauge('colloquy_live_subscriptions')).toBe(99), SOON)
    start('again')
    await vi.waitFor(async () => expect(await gauge('colloquy_live_subscriptions')).toBe(100), SOON)
    socket.socket.close()
    await nobodyListens()
  })

  it('rejects subscriptions over the limit also when all are started at once', async () => {
    const socket = await openSocket(app.url, { authorization: `Bearer ${acme.bob.token}` })
    for (let at = 0; at < 150; at += 1)
      socket.say({ type: 'subscribe', id: `${at}`, payload: { query: INBOX } })
    await vi.waitFor(async () => {
      expect(socket.frames.filter(({ type }) => type === 'error')).toHaveLength(50)
      expect(await gauge('colloquy_live_subscriptions')).toBe(100)
    }, SOON)
    socket.socket.terminate()
    await nobodyListens()
  })

  it('may use an id again as soon as it has completed it', async () => {
    const { alice, bob } = acme
    const socket = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    for (let round = 0; round < 120; round += 1) {
      socket.say({ type: 'subscribe', id: 'same', payload: { query: INBOX } })
      socket.say({ type: 'complete', id: 'same' })
    }
    const { events: after } = await cursorsOf(bob, groupId)
    await alice.say({ conversationId: groupId }, 'heard')
    socket.say({
      type: 'subscribe',
      id: 'last',
      payload: { query: WATCH, variables: { id: groupId, after } },
    })
    const answer = await socket.frame(({ id }) => id === 'last')
    expect(answer.payload.data.conversationEvents.message.body).toBe('heard')
    socket.socket.close()
    await nobodyListens()
  })
})

describe('leaving', () => {
  it('leaves nothing behind, however and whenever the client goes', async () => {
    const { bob } = acme
    for (let round = 0; round < 10; round += 1) {
      const early = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
      for (const id of ['1', '2', '3']) early.say({ type: 'subscribe', id, payload: { query: INBOX } })
      if (round % 2) await bob.run('{ viewer { user { id } } }')
      if (round % 3) early.say({ type: 'complete', id: '2' })
      early.socket.terminate()
      const late = followInbox(bob, 'SSE', '')
      if (round % 2) await bob.run('{ viewer { user { id } } }')
      late.unsubscribe()
    }
    const settled = [followInbox(bob, 'WebSocket', ''), followInbox(bob, 'SSE', '')]
    await vi.waitFor(async () => expect(await gauge('colloquy_live_subscriptions')).toBe(2), SOON)
    for (const each of settled) await each[Symbol.asyncDispose]()
    await nobodyListens()
  })

  it('does not deafen who joins at the same moment', async () => {
    const { alice, bob } = acme
    for (let round = 0; round < 30; round += 1) {
      const leaving = followInbox(bob, 'WebSocket', '')
      await vi.waitFor(
        async () => expect(await gauge('colloquy_live_subscriptions')).toBeGreaterThan(0),
        SOON,
      )
      const { inbox } = await cursorsOf(bob, groupId)
      const joining = followInbox(bob, 'WebSocket', '... on ConversationActivity { message { body } }', inbox)
      leaving.unsubscribe()
      await alice.say({ conversationId: groupId }, `${round}`)
      expect((await joining.count(1))[0].message.body).toBe(`${round}`)
      await joining[Symbol.asyncDispose]()
      await leaving[Symbol.asyncDispose]()
    }
  })
})
