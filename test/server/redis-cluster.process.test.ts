import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Notifications } from '../../src/pubsub/notifications.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { addressOf, onlyPath } from '../support/colloquy.ts'
import { cursorsOf, followConversation, followInbox } from '../support/following.ts'
import { createNode, hear } from '../support/notifications.ts'
import type { Recorder } from '../support/recorder.ts'
import { redisClusterForTests } from '../support/redis-cluster.ts'
import { bundleProgram, type Program, type ServerProcess } from '../support/server-process.ts'
import { range } from '../support/stored-events.ts'

// Six servers start and fail over on a machine that does other work as well.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const INBOX = '... on ConversationActivity { cursor message { seq body } } ... on Discontinuity { cursor }'
const EVENTS = '... on MessageSent { cursor message { seq body } } ... on Discontinuity { cursor }'
const seqsOf = ({ events }: Recorder) => events.flatMap(({ message }) => message?.seq ?? [])

const cluster = await redisClusterForTests()
afterAll(() => cluster?.dispose())

describe.skipIf(!cluster)('two server processes with a Redis Cluster', () => {
  const servers: ServerProcess[] = []
  let app: TestApp
  let program: Program
  let acme: TestCompany<'alice' | 'bob'>
  let alice: Client
  let bob: Client
  beforeAll(async () => {
    // Holds the database and the data directory, and makes the people; it serves nobody here.
    app = await startApp()
    program = await bundleProgram('src/main.ts')
    const { appUrl, ownerUrl, systemUrl } = app.database
    for (let at = 0; at < 2; at += 1) {
      const env = {
        ...onlyPath(),
        PORT: '0',
        DATA_DIR: app.environment.dataDirectory,
        DATABASE_URL: appUrl,
        DATABASE_OWNER_URL: ownerUrl,
        DATABASE_SYSTEM_URL: systemUrl,
        REDIS_URL: cluster?.url ?? '',
      }
      servers.push(program.start([], { env }))
    }
    const [one, two] = (await Promise.all(servers.map(addressOf))) as [string, string]
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    alice = acme.alice.at(one)
    bob = acme.bob.at(two)
  })
  afterAll(async () => {
    for (const server of servers) await server.end('SIGTERM')
    await app[Symbol.asyncDispose]()
    await program.remove()
  })

  /** Both write to each other while something happens, and both see all of it in order. */
  async function chat(whatHappens: () => Promise<void>): Promise<void> {
    const conversationId = await alice.group('Team', [bob])
    const recorders: Recorder[] = []
    for (const reader of [alice, bob]) {
      const { inbox, events } = await cursorsOf(reader, conversationId)
      recorders.push(followInbox(reader, 'WebSocket', INBOX, inbox))
      recorders.push(followConversation(reader, 'SSE', conversationId, EVENTS, events))
    }
    let isOver = false
    let sent = 0
    const writing = (async () => {
      while (!isOver || sent < 10) {
        await (sent % 2 ? alice : bob).say({ conversationId }, `${sent}`)
        sent += 1
      }
    })()
    await whatHappens()
    isOver = true
    await writing
    for (const recorder of recorders) {
      await recorder.count(sent)
      expect(seqsOf(recorder)).toEqual(range(1, sent))
      await recorder[Symbol.asyncDispose]()
    }
  }

  async function seesPresence(): Promise<void> {
    await vi.waitFor(
      async () => {
        await alice.run('mutation { heartbeat(input: { status: ONLINE }) { __typename } }')
        const { presence } = await bob.run('{ presence { user { id } status } }')
        expect(presence).toContainEqual({ user: { id: alice.userId }, status: 'ONLINE' })
      },
      { timeout: 60_000, interval: 500 },
    )
  }

  it("deliver to each other's subscribers, and share presence", async () => {
    await chat(async () => {})
    await seesPresence()
    expect((await cluster?.keys('{colloquy:presence:*'))?.length).toBeGreaterThan(0)
  })

  it('lose nothing while the slots of their channel and of their presence move', async () => {
    const [presence] = (await cluster?.keys(`*${acme.companyUuid}*`)) ?? []
    await chat(async () => {
      await cluster?.moveSlotOf(`colloquy:live:${acme.companyUuid}`)
      await cluster?.moveSlotOf(presence ?? '')
    })
    await seesPresence()
  })

  it('lose nothing when the master of their channel is killed and its replica takes over', async () => {
    await chat(async () => cluster?.killMasterOf(`colloquy:live:${acme.companyUuid}`))
    await chat(async () => {})
    await seesPresence()
  })
})

describe.skipIf(!cluster)('notifications through a Redis Cluster', () => {
  /** Publishes at one node until the other has heard it. */
  async function isHeard(from: Notifications, heard: string[], payload: string): Promise<void> {
    await vi.waitFor(
      async () => {
        await from.publish('news', payload)
        expect(heard).toContain(payload)
      },
      { timeout: 30_000, interval: 100 },
    )
  }

  it('arrive through sharded channels, also once the slot has moved or its master was killed, with a gap reported', async () => {
    const [one, two] = [await createNode(cluster?.url ?? ''), await createNode(cluster?.url ?? '')]
    const shared = await createNode(cluster?.url ?? '', { channelPrefix: one.channelPrefix })
    const { heard } = await hear(shared.notifications, 'news')
    const strange = await hear(two.notifications, 'news')
    await one.notifications.publish('news', 'at first')
    await vi.waitFor(() => expect(heard).toEqual(['at first']), 10_000)
    await cluster?.moveSlotOf(`${one.channelPrefix}news`)
    await isHeard(one.notifications, heard, 'after a move')
    const gaps = shared.gaps
    await cluster?.killMasterOf(`${one.channelPrefix}news`)
    await isHeard(one.notifications, heard, 'after a death')
    await vi.waitFor(() => expect(shared.gaps).toBeGreaterThan(gaps), 10_000)
    expect(strange.heard).toEqual([])
  })
})

describe.skipIf(!cluster)('limits in a Redis Cluster', () => {
  const MAX = 20
  let one: TestApp
  let two: TestApp
  beforeAll(async () => {
    one = await startApp({ redisUrl: cluster?.url ?? '' })
    two = await startApp({ redisUrl: cluster?.url ?? '', beside: one })
  })
  afterAll(async () => {
    await two[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
  })

  /** Sends at both nodes in turn, and counts what is accepted. */
  async function send(client: Client, conversationId: string, times: number): Promise<number> {
    let accepted = 0
    for (let at = 0; at < times; at += 1) {
      const { data } = await client
        .at(at % 2 ? two.url : one.url)
        .send('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }', {
          input: { conversationId, body: `${at}` },
        })
      if (data?.sendMessage?.__typename === 'SendMessagePayload') accepted += 1
    }
    return accepted
  }

  /** Waits until neither node keeps limits by itself any more. */
  async function areShared(): Promise<void> {
    await vi.waitFor(
      () => {
        for (const { logged, application } of [one, two]) {
          expect(application.redis?.status().ready).toBe(true)
          const told = logged.map(({ msg }) => String(msg)).filter((msg) => msg.startsWith('rate limits'))
          expect(told.at(-1) ?? 'shared').toContain('shared')
        }
      },
      { timeout: 60_000, interval: 200 },
    )
  }

  it.each([
    ['its slot moves', (key: string) => cluster?.moveSlotOf(key)],
    ['its master is killed', (key: string) => cluster?.killMasterOf(key)],
  ])('hold over both nodes though %s', async (_title, whatHappens) => {
    const { ann, companyUuid } = await one.company('Limited', { ann: 'owner' }, { limited: true })
    const conversationId = await ann.group('Alone')
    const sendLimits = [{ max: MAX, perSeconds: 3_600 }]
    await ann.mutate('updateCompanySettings', { sendLimits }, 'company { name }')
    for (const { application } of [one, two]) application.services.viewers.forget(companyUuid)
    const first = await send(ann, conversationId, MAX / 2)
    expect(first).toBe(MAX / 2)
    const key = `colloquy:limit:${companyUuid}:${ann.uuid}:sendMessage`
    expect(await cluster?.keys(key)).toEqual([key])
    await whatHappens(key)
    // The first call tells whether Redis answers again.
    let accepted = first + (await send(ann, conversationId, 2))
    await areShared()
    accepted += await send(ann, conversationId, MAX)
    expect(accepted).toBe(MAX)
  })
})
