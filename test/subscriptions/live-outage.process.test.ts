import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { cursorsOf, followConversation, followInbox } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'
import { redisForTests } from '../support/redis.ts'
import { range } from '../support/stored-events.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const INBOX = '... on ConversationActivity { cursor message { seq body } }'
const EVENTS = '... on MessageSent { cursor message { seq body } }'
const SOON = { interval: 50, timeout: 30_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())
failOnUnhandledRejections()

const seqsOf = ({ events }: Recorder) => events.map(({ message }) => message.seq)

/** Two people in a group, each at a server of their own, both listening. */
async function across(app: TestApp, other: TestApp) {
  const company = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const alice = company.alice
  const bob = company.bob.at(other.url)
  const groupId = await alice.group('Team', [bob])
  const [mine, theirs] = await Promise.all([cursorsOf(alice, groupId), cursorsOf(bob, groupId)])
  const heard = {
    atHome: followInbox(alice, 'WebSocket', INBOX, mine.inbox),
    elsewhere: followConversation(bob, 'WebSocket', groupId, EVENTS, theirs.events),
    overSse: followInbox(bob, 'SSE', INBOX, theirs.inbox),
  }
  const say = (from: Client, body: string) => from.say({ conversationId: groupId }, body)
  const recorders = Object.values(heard)
  await say(alice, 'begin')
  for (const recorder of recorders) await recorder.count(1)
  return {
    alice,
    bob,
    say,
    recorders,
    companyUuid: company.companyUuid,
    /** Waits until everybody has heard so many messages, each once and in order. */
    async allHeard(count: number) {
      for (const recorder of recorders) {
        await recorder.count(count)
        expect(seqsOf(recorder)).toEqual(range(1, count))
      }
    },
    async [Symbol.asyncDispose]() {
      for (const recorder of recorders) await recorder[Symbol.asyncDispose]()
    },
  }
}

/** The metrics about Redis. */
async function redisIsReady({ url }: TestApp): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^colloquy_redis_ready (\d)/m.exec(text)?.[1])
}

describe.skipIf(!redis)('two servers with one Redis', { timeout: 90_000 }, () => {
  let app: TestApp
  let other: TestApp
  beforeAll(async () => {
    app = await startApp({ redisUrl: redis?.url ?? '' })
    other = await startApp({ beside: app })
    await Promise.all([app, other].map((node) => node.application.redis?.whenReady(30_000)))
  })
  afterEach(() => redis?.cont())
  afterAll(async () => {
    await other[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  const bothReady = () =>
    vi.waitFor(() => {
      const ready = [app, other].map(({ application }) => application.redis?.status().ready)
      expect(ready).toEqual([true, true])
    }, SOON)

  it("deliver to each other's subscribers", async () => {
    await using talk = await across(app, other)
    for (const [at, from] of [talk.alice, talk.bob, talk.alice, talk.bob].entries())
      await talk.say(from, `${at}`)
    await talk.allHeard(5)
  })

  it('deliver although Redis hangs and no notification comes', async () => {
    await using talk = await across(app, other)
    redis?.stop()
    await talk.say(talk.alice, 'unannounced')
    await talk.say(talk.bob, 'unannounced as well')
    await talk.allHeard(3)
    await vi.waitFor(async () => expect(await redisIsReady(app)).toBe(0), SOON)
    redis?.cont()
    await vi.waitFor(async () => expect(await redisIsReady(app)).toBe(1), SOON)
    await bothReady()
  })

  it('deliver although a subscription is lost without a sign', async () => {
    await using talk = await across(app, other)
    const channel = `colloquy:live:company:${talk.companyUuid}`
    for (const node of [app, other]) await node.application.redis?.subscriber.unsubscribe(channel)
    await talk.say(talk.alice, 'unheard of')
    await talk.say(talk.bob, 'unheard of as well')
    await talk.allHeard(3)
  })

  it('lose nothing while Redis restarts under them', async () => {
    await using talk = await across(app, other)
    let isOver = false
    let sent = 1
    const writing = Promise.all(
      [talk.alice, talk.bob].map(async (from) => {
        while (!isOver) {
          await talk.say(from, 'x')
          sent += 1
        }
      }),
    )
    for (let round = 0; round < 2; round += 1) {
      await redis?.restart()
      await bothReady()
    }
    isOver = true
    await writing
    await talk.allHeard(sent)
  })

  it('lose nothing when a server loses its subscriptions alone', async () => {
    await using talk = await across(app, other)
    await app.application.redis?.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await talk.say(talk.alice, 'one')
    await talk.say(talk.bob, 'two')
    await talk.allHeard(3)
  })

  it('are not led astray by what is no position', async () => {
    await using talk = await across(app, other)
    const publish = (text: string) =>
      app.application.redis?.commands.publish(`colloquy:live:company:${talk.companyUuid}`, text)
    for (const text of ['', 'garbage', '-1', '0', 'NaN', 'Infinity', '1e308', '9007199254740993', '{}'])
      await publish(text)
    await talk.say(talk.alice, 'after all that')
    for (const text of ['Infinity', '1e15']) await publish(text)
    await talk.say(talk.bob, 'and that')
    await talk.allHeard(3)
  })

  it('hold no channel once nobody listens', async () => {
    // Every process hears of destroyed keys as long as it runs.
    const channels = async () => {
      const all = (await app.application.redis?.commands.pubsub('CHANNELS', 'colloquy:live:*')) as string[]
      return all.filter((channel) => channel !== 'colloquy:live:keys')
    }
    await vi.waitFor(async () => expect(await channels()).toEqual([]), SOON)
    const first = await across(app, other)
    const second = await across(app, other)
    // Of each company one for what is stored, and one for what is not.
    expect(await channels()).toHaveLength(4)
    await first[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await channels()).toHaveLength(2), SOON)
    await second[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await channels()).toEqual([]), SOON)
  })
})

describe('two servers without Redis', () => {
  it("still deliver to each other's subscribers", async () => {
    await using app = await startApp()
    await using other = await startApp({ beside: app })
    await using talk = await across(app, other)
    for (const [at, from] of [talk.alice, talk.bob, talk.bob].entries()) await talk.say(from, `${at}`)
    await talk.allHeard(4)
  })
})
