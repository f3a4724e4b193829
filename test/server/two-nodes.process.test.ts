import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { addressOf, onlyPath } from '../support/colloquy.ts'
import { cursorsOf, followConversation, followInbox, type Transport } from '../support/following.ts'
import type { Recorder } from '../support/recorder.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { bundleProgram, type Program, type ServerProcess } from '../support/server-process.ts'
import { range } from '../support/stored-events.ts'

const INBOX = '... on ConversationActivity { cursor message { seq body } } ... on Discontinuity { cursor }'
const EVENTS = '... on MessageSent { cursor message { seq body } } ... on Discontinuity { cursor }'

const redis = await sharedRedisForTests()
let app: TestApp
let program: Program
beforeAll(async () => {
  // Holds the database and the data directory, and makes the people; it serves nobody here.
  app = await startApp()
  program = await bundleProgram('src/main.ts')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await program.remove()
  await redis?.dispose()
})

const hasEnded = ({ child }: ServerProcess) => child.exitCode !== null || child.signalCode !== null
const seqsOf = ({ events }: Recorder) => events.flatMap(({ message }) => message?.seq ?? [])

const settings: { name: string; redisUrl: string | undefined }[] = [
  { name: 'one Redis', redisUrl: redis?.url },
  { name: 'no Redis', redisUrl: '' },
]

describe.each(settings)(
  'two server processes with one database and $name',
  { timeout: 90_000 },
  ({ redisUrl }) => {
    const servers: ServerProcess[] = []
    let urls: [string, string]
    let alice: Client
    let bob: Client
    let groupId: string
    const opened: Recorder[] = []

    beforeEach(async (test) => {
      test.skip(redisUrl === undefined, 'There is no Redis.')
      // A server that the test before has not ended serves this one too.
      for (const at of [0, 1] as const) {
        const server = servers[at]
        servers[at] = server && !hasEnded(server) ? server : start()
      }
      urls = (await Promise.all(servers.map(addressOf))) as [string, string]
      const acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
      alice = acme.alice.at(urls[0])
      bob = acme.bob.at(urls[1])
      groupId = await alice.group('Team', [bob])
    })
    afterEach(async () => {
      for (const recorder of opened.splice(0)) await recorder[Symbol.asyncDispose]()
    })
    afterAll(async () => {
      for (const server of servers) if (!hasEnded(server)) await server.end('SIGKILL')
    })

    function start(): ServerProcess {
      const { appUrl, ownerUrl, systemUrl } = app.database
      return program.start([], {
        env: {
          ...onlyPath(),
          PORT: '0',
          DATA_DIR: app.environment.dataDirectory,
          DATABASE_URL: appUrl,
          DATABASE_OWNER_URL: ownerUrl,
          DATABASE_SYSTEM_URL: systemUrl,
          ...(redisUrl && { REDIS_URL: redisUrl }),
        },
      })
    }

    async function listen(client: Client, transport: Transport): Promise<Recorder[]> {
      const { inbox, events } = await cursorsOf(client, groupId)
      const recorders = [
        followInbox(client, transport, INBOX, inbox),
        followConversation(client, transport, groupId, EVENTS, events),
      ]
      opened.push(...recorders)
      return recorders
    }

    const say = (from: Client, body: string) => from.say({ conversationId: groupId }, body)

    it("deliver to each other's subscribers, over WebSocket and SSE", async () => {
      const recorders = [
        ...(await listen(alice, 'WebSocket')),
        ...(await listen(alice, 'SSE')),
        ...(await listen(bob, 'WebSocket')),
        ...(await listen(bob, 'SSE')),
      ]
      for (let at = 0; at < 10; at += 1) await say(at % 2 ? alice : bob, `${at}`)
      for (const recorder of recorders) {
        await recorder.count(10)
        expect(seqsOf(recorder)).toEqual(range(1, 10))
      }
    })

    it('lose nothing when one of them stops: its clients resume at the other', async () => {
      const [overSocket, overSse] = [await listen(bob, 'WebSocket'), await listen(bob, 'SSE')]
      const staying = await listen(alice, 'WebSocket')
      for (let at = 0; at < 5; at += 1) await say(alice, `${at}`)
      for (const recorder of [...overSocket, ...overSse]) await recorder.count(5)

      let isOver = false
      let sent = 5
      const writing = (async () => {
        while (!isOver) {
          await say(alice, 'meanwhile')
          sent += 1
        }
      })()
      expect(await servers[1]?.end('SIGTERM')).toBe(0)
      isOver = true
      await writing

      for (const recorder of overSocket) {
        expect((await recorder.until(({ closeEvent }) => closeEvent)).code).toBe(1012)
      }
      for (const recorder of overSse) {
        await recorder.until(({ isComplete }) => isComplete)
        expect(recorder.events.at(-1)?.__typename).toBe('Discontinuity')
      }
      const there = bob.at(urls[0])
      for (const [at, recorder] of [...overSocket, ...overSse].entries()) {
        const after = recorder.events.at(-1)?.cursor
        const rest =
          at % 2
            ? followConversation(there, 'SSE', groupId, EVENTS, after)
            : followInbox(there, 'WebSocket', INBOX, after)
        opened.push(rest)
        await rest.count(sent - seqsOf(recorder).length)
        expect([...seqsOf(recorder), ...seqsOf(rest)]).toEqual(range(1, sent))
      }
      for (const recorder of staying) {
        await recorder.count(sent)
        expect(seqsOf(recorder)).toEqual(range(1, sent))
      }
    })

    it('lose nothing when one of them is killed', async () => {
      const staying = await listen(bob, 'WebSocket')
      const [cut] = await listen(alice, 'WebSocket')
      await say(alice, 'one')
      await cut?.count(1)
      await Promise.all([say(alice, 'two'), say(alice, 'three')])
      await servers[0]?.end('SIGKILL')
      await cut?.until(({ closeEvent }) => closeEvent)
      await say(bob, 'four')
      for (const recorder of staying) {
        await recorder.count(4)
        expect(seqsOf(recorder)).toEqual(range(1, 4))
      }
      const known = seqsOf(cut as Recorder)
      const rest = followInbox(alice.at(urls[1]), 'WebSocket', INBOX, cut?.events.at(-1)?.cursor)
      opened.push(rest)
      await rest.count(4 - known.length)
      expect([...known, ...seqsOf(rest)]).toEqual(range(1, 4))
    })
  },
)
