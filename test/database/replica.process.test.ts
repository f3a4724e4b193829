import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { replicaReads } from '../../src/metrics/replica-metrics.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { TestDatabase } from '../support/database.ts'
import { installedPostgresForTests, type PostgresServer } from '../support/installed-postgres.ts'
import { onDatabase } from '../support/on-database.ts'
import { positionOf } from '../support/stored-events.ts'

// Two servers are made, and one of them is killed and frozen.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PAGE = `query ($id: ID!) { conversation(id: $id) { title participants(first: 5) { nodes { user { name } } }
  messages(last: 20) { nodes { seq body author { name } receipts(first: 5) { nodes { status } } } } } }`
const INBOX = `{ conversations(first: 20) { nodes { id title unreadCount lastMessage { body } } } viewer { unread { total } inboxCursor } }`
const SEARCH = '{ searchMessages(text: "budget") { nodes { body } } }'

const installed = await installedPostgresForTests('THE TESTS OF A REPLICA')
afterAll(() => installed?.dispose())

describe.skipIf(!installed)('reads with a replica', () => {
  let primary: PostgresServer
  let replica: PostgresServer
  let database: TestDatabase
  let app: TestApp
  let other: TestApp
  let company: TestCompany<'ann' | 'bea' | 'cal'>
  beforeAll(async () => {
    if (!installed) return
    primary = await installed.makeServer()
    database = await primary.makeDatabase()
    replica = await installed.makeReplica(primary)
    app = await startApp({ database, environment: { database: settings(replica) } })
    other = await startApp({ beside: app, environment: { database: settings(replica) } })
    company = await app.company('Acme', { ann: 'owner', bea: 'member', cal: 'member' })
  })
  afterAll(async () => {
    await other[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })
  beforeEach(() => answersFromReplica(() => company.ann.run(INBOX)))

  /** The settings of a process with this server as its replica. */
  function settings(server: PostgresServer, role = new URL(database.appUrl)) {
    const replicaUrl = Object.assign(new URL(role), { port: new URL(server.adminUrl).port }).href
    return {
      url: database.appUrl,
      ownerUrl: database.ownerUrl,
      systemUrl: database.systemUrl,
      poolSize: 4,
      replicaUrl,
    }
  }

  /** Resolves once all of this work is answered by the replica, which may fall behind for moments on a busy machine. */
  function answersFromReplica(work: () => Promise<unknown>): Promise<void> {
    return vi.waitFor(async () => expect(await targetsOf(work)).toEqual(['replica: caught up']), {
      timeout: 30_000,
      interval: 200,
    })
  }

  async function onPrimary(text: string): Promise<void> {
    await withClient(primary.adminUrl, async (admin) => void (await admin.query(text)))
  }

  async function positionOfPrimary(): Promise<number> {
    const [row] = await onDatabase<{ position: string }>(
      app,
      'select position from company_streams where company_id = $1',
      [company.companyUuid],
    )
    return Number(row?.position)
  }

  async function onReplica(text: string): Promise<void> {
    await withClient(replica.adminUrl, async (admin) => void (await admin.query(text)))
  }

  it('come from the replica for pages, search and the inbox, and show at once what was written', async () => {
    const { ann, bea } = company
    const id = await ann.group('Budget', [bea])
    for (let seq = 1; seq <= 20; seq += 1) {
      await ann.say({ conversationId: id }, `The budget ${seq}`)
      for (const reader of [ann, bea.at(other.url)]) {
        const { conversation } = await reader.run(PAGE, { id })
        expect(conversation.messages.nodes.at(-1)).toMatchObject({
          seq,
          author: { name: expect.any(String) },
        })
      }
    }
    expect((await bea.run(SEARCH)).searchMessages.nodes).toHaveLength(20)
    for (const query of [INBOX, SEARCH]) await answersFromReplica(() => bea.run(query))
    await answersFromReplica(() => bea.run(PAGE, { id }))
  })

  it('never show what somebody may no longer read, though the replica has not replayed it', async () => {
    const { ann, bea, cal } = company
    const id = await ann.group('Secret', [bea, cal])
    await ann.say({ conversationId: id }, 'The secret budget')
    await onReplica('select pg_wal_replay_pause()')
    await ann.mutate('removeParticipant', { conversationId: id, userId: bea.userId })
    await ann.say({ conversationId: id }, 'Bea has gone')
    for (const reader of [bea, bea.at(other.url)]) {
      expect((await reader.run(PAGE, { id })).conversation?.messages?.nodes ?? []).toEqual([])
      const found = await reader.run('{ searchMessages(text: "secret") { nodes { body } } }')
      expect(found.searchMessages.nodes).toEqual([])
    }
    const { conversation } = await cal.at(other.url).run(PAGE, { id })
    expect(conversation.messages.nodes.map(({ body }: { body: string }) => body)).toEqual([
      'The secret budget',
      'Bea has gone',
    ])
    expect(await targetsOf(() => cal.run(PAGE, { id }))).toEqual(['primary: earlier', 'primary: lagging'])
    await onReplica('select pg_wal_replay_resume()')
    await answersFromReplica(() => company.ann.run(INBOX))
  })

  it('never give a cursor that is ahead of the primary, though the replica shows a commit first', async () => {
    const { ann, bea } = company
    const id = await ann.group('Early', [bea])
    await answersFromReplica(() => company.ann.run(INBOX))
    // The primary shows a commit once this standby, which does not exist, has confirmed it; the replica shows it at once.
    await onPrimary(`alter system set synchronous_standby_names = 'nobody'`)
    await onPrimary('select pg_reload_conf()')
    const saying = ann.say({ conversationId: id }, 'Shown early')
    try {
      const { inboxCursor } = await vi.waitFor(
        async () => {
          const { conversations, viewer } = await bea.run(INBOX)
          expect(conversations.nodes[0].lastMessage?.body).toBe('Shown early')
          return viewer
        },
        { timeout: 3_000, interval: 20 },
      )
      expect(positionOf(inboxCursor)).toBeLessThanOrEqual(await positionOfPrimary())
    } finally {
      await onPrimary('alter system reset synchronous_standby_names')
      await onPrimary('select pg_reload_conf()')
      await saying
    }
    const { viewer } = await bea.run(INBOX)
    expect(positionOf(viewer.inboxCursor)).toBe(await positionOfPrimary())
  })

  it('show nothing to a member who was disabled a moment ago', async () => {
    const { ann, cal } = company
    const id = await ann.group('For Cal', [cal])
    await onReplica('select pg_wal_replay_pause()')
    const disabled = { externalId: cal.externalId, name: 'Cal', isEnabled: false }
    await ann.mutate('syncMembers', { members: [disabled] })
    expect((await cal.at(other.url).send(PAGE, { id })).data?.conversation ?? null).toBeNull()
    await onReplica('select pg_wal_replay_resume()')
    await ann.mutate('syncMembers', { members: [{ ...disabled, isEnabled: true }] })
  })

  it('go on at the primary while the replica is killed, and return to it', async () => {
    const { ann } = company
    await replica.kill()
    expect(await reasonsOf(() => ann.run(INBOX))).toEqual(['primary: unreachable'])
    await replica.start()
    await answersFromReplica(() => company.ann.run(INBOX))
  })

  it('go on at the primary within seconds while the replica hangs', async () => {
    const { ann } = company
    replica.stop()
    try {
      const began = performance.now()
      await ann.run(INBOX)
      expect(performance.now() - began).toBeLessThan(5_000)
      const again = performance.now()
      expect(await reasonsOf(() => ann.run(INBOX))).toEqual(['primary: unreachable'])
      expect(performance.now() - again).toBeLessThan(2_000)
    } finally {
      replica.cont()
    }
    await answersFromReplica(() => company.ann.run(INBOX))
  })

  it('survive a replica that ends in the midst of them', async () => {
    const { ann } = company
    const reading = Array.from({ length: 40 }, async () => {
      await delay(Math.random() * 200)
      return ann.run(INBOX)
    })
    await delay(50)
    await replica.kill()
    await Promise.all(reading)
    await replica.start()
    await answersFromReplica(() => company.ann.run(INBOX))
  })

  it.each([
    ['no replica', () => settings(primary)],
    ['other role', () => settings(replica, new URL(database.adminUrl))],
  ])('go to the primary where the address leads to "%s"', async (problem, lying) => {
    await using misled = await startApp({ beside: app, environment: { database: lying() } })
    const ann = company.ann.at(misled.url)
    await vi.waitFor(
      async () => expect(await reasonsOf(() => ann.run(INBOX))).toEqual([`primary: ${problem}`]),
      { timeout: 20_000, interval: 200 },
    )
    expect(misled.logged).toContainEqual(expect.objectContaining({ reason: problem }))
  })

  it('go to the primary once the replica is promoted', async () => {
    const { ann } = company
    await onReplica('select pg_promote()')
    expect(await reasonsOf(() => ann.run(INBOX))).toEqual(['primary: no replica'])
    const id = await ann.group('Afterwards')
    expect((await ann.run(PAGE, { id })).conversation.title).toBe('Afterwards')
  })
})

/** The servers that answered the statements of queries meanwhile, and why. */
async function targetsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = await counts()
  await work()
  const after = await counts()
  return [...after].flatMap(([name, count]) => (count > (before.get(name) ?? 0) ? [name] : [])).sort()
}

/** The same without statements that followed another one of their operation. */
async function reasonsOf(work: () => Promise<unknown>): Promise<string[]> {
  return (await targetsOf(work)).filter((target) => target !== 'primary: earlier')
}

async function counts(): Promise<Map<string, number>> {
  const { values } = await replicaReads.get()
  return new Map(values.map(({ labels, value }) => [`${labels.target}: ${labels.reason}`, value]))
}
