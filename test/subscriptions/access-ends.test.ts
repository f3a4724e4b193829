import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeId, newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { follow, followConversation, followInbox } from '../support/following.ts'
import { onDatabase } from '../support/on-database.ts'
import type { Recorder } from '../support/recorder.ts'
import { sharedRedisForTests } from '../support/redis.ts'

const BEAT = 'mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { __typename } }'
const SENT = '... on MessageSent { message { seq } }'
const ACTIVITY = '... on ConversationActivity { message { seq } }'

type Acme = TestCompany<'alice' | 'adam' | 'bob' | 'carol'>

/** A way in which Bob loses what he could read. */
interface Ending {
  name: string
  /** The error with which a subscription ends. */
  code: string
  /** Through the API; undefined where there is none. */
  ask?: (acme: Acme) => Promise<unknown>
  /** By an operator's hand, of which no notification tells. $1 is the company, $2 is Bob, $3 a role that reads nothing. */
  sql: string
  values(acme: Acme): unknown[]
}

const member = ({ bob }: Acme) => ({ externalId: bob.externalId, name: 'Bob' })
const settings = ({ alice }: Acme, input: object) => alice.mutate('updateCompanySettings', input as never)

const endings: Ending[] = [
  {
    name: 'membership disabled',
    code: 'FORBIDDEN',
    ask: (acme) => acme.alice.mutate('syncMembers', { members: [{ ...member(acme), isEnabled: false }] }),
    sql: 'update users set is_enabled = false where company_id = $1 and id = $2',
    values: ({ companyUuid, bob }) => [companyUuid, bob.uuid],
  },
  {
    name: 'role changed to one that reads nothing',
    code: 'FORBIDDEN',
    ask: (acme) => acme.alice.mutate('syncMembers', { members: [{ ...member(acme), role: 'deaf' }] }),
    sql: `update users set role_id = (select id from roles where company_id = $1 and name = 'deaf') where company_id = $1 and id = $2`,
    values: ({ companyUuid, bob }) => [companyUuid, bob.uuid],
  },
  {
    name: 'role stripped of reading',
    code: 'FORBIDDEN',
    sql: `update roles set permissions = '{MESSAGE_WRITE}' where company_id = $1 and name = 'member'`,
    values: ({ companyUuid }) => [companyUuid],
  },
  {
    name: 'safe mode',
    code: 'READ_ONLY',
    ask: (acme) => settings(acme, { safeMode: true }),
    sql: 'update companies set safe_mode = true where id = $1',
    values: ({ companyUuid }) => [companyUuid],
  },
  {
    name: 'messaging switched off',
    code: 'MESSAGING_DISABLED',
    ask: (acme) => settings(acme, { messagingEnabled: false }),
    sql: 'update companies set messaging_enabled = false where id = $1',
    values: ({ companyUuid }) => [companyUuid],
  },
]

const redis = await sharedRedisForTests()
let app: TestApp
let other: TestApp
let acme: Acme
let groupId: string

beforeAll(async () => {
  app = await startApp(redis ? { redisUrl: redis.url } : {})
  other = await startApp({ beside: app })
})
beforeEach(async () => {
  // Alice and Adam moderate, and so keep their access.
  acme = await app.company('Acme', { alice: 'owner', adam: 'admin', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Team', [acme.adam, acme.bob, acme.carol])
  const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
  await prisma.role.create({
    data: { companyId: acme.companyUuid, id: newId(), name: 'deaf', permissions: ['MESSAGE_WRITE'] },
  })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
  await redis?.dispose()
})

const STREAMS: [name: string, open: (client: Client) => Recorder][] = [
  ['inboxEvents', (client) => followInbox(client, 'WebSocket', ACTIVITY)],
  ['inboxEvents over SSE', (client) => followInbox(client, 'SSE', ACTIVITY)],
  ['conversationEvents', (client) => followConversation(client, 'WebSocket', groupId, SENT)],
  [
    'presenceChanged',
    (client) =>
      follow(
        client,
        'WebSocket',
        'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { status } }',
        {
          ids: [acme.carol.userId],
        },
      ),
  ],
]

/** Waits until all of them bring what happens. */
async function allLive(recorders: Recorder[]): Promise<void> {
  for (let round = 0; recorders.some(({ answers }) => answers.length === 0); round += 1) {
    expect(recorders.flatMap(({ error }) => error ?? [])).toEqual([])
    await acme.carol.say({ conversationId: groupId }, 'Is it live?')
    await acme.carol.run(BEAT, { input: { status: round % 2 === 0 ? 'ONLINE' : 'AWAY' } })
    const heard = Promise.all(recorders.map((recorder) => recorder.count(1)))
    await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 500))])
  }
}

/** The code of what a subscription was refused with; a disabled member is refused the socket. */
function requestErrorOf({ error, answers }: Recorder): unknown {
  if ((error as { code?: unknown })?.code === 4403) return 'FORBIDDEN'
  const [rejection] = (Array.isArray(error) ? error : answers[0]?.errors) ?? []
  return rejection?.extensions?.code
}

describe.each(endings)('after $name', ({ code, ask, sql, values }) => {
  const ways: [string, () => Promise<unknown>][] = [
    ['with no notification at all', () => onDatabase(app, sql, values(acme))],
  ]
  if (ask) ways.push(['through the API', () => ask(acme)])

  it.each(ways)('%s, streams complete on both nodes and are refused', async (_way, end) => {
    const bobs = [acme.bob, acme.bob.at(other.url)]
    const recorders = bobs.flatMap((bob) => STREAMS.map(([, open]) => open(bob)))
    await allLive(recorders)
    await end()
    for (const [at, recorder] of recorders.entries()) {
      await recorder.until(({ isComplete }) => isComplete)
      expect([STREAMS[at % STREAMS.length]?.[0], recorder.error]).toEqual([
        STREAMS[at % STREAMS.length]?.[0],
        undefined,
      ])
    }
    for (const bob of bobs) {
      for (const [name, open] of STREAMS) {
        await using again = open(bob)
        await again.until(({ error, answers }) => error ?? answers[0])
        expect([name, requestErrorOf(again)]).toEqual([name, code])
      }
    }
    for (const recorder of recorders) await recorder[Symbol.asyncDispose]()
  })

  it('nothing that was committed after it is delivered, in races', { timeout: 90_000 }, async () => {
    const bob = acme.bob.at(other.url)
    await using inbox = followInbox(bob, 'WebSocket', ACTIVITY)
    await using group = followConversation(acme.bob, 'WebSocket', groupId, SENT)
    await allLive([inbox, group])
    let isOver = false
    const senders = [acme.alice, acme.adam].map(async (sender) => {
      while (!isOver) await sender.send(SEND, { conversationId: groupId })
    })
    const begun = inbox.answers.length
    await inbox.until(({ answers }) => answers.length > begun + 5 + Math.random() * 20)
    await onDatabase(app, sql, values(acme))
    for (const recorder of [inbox, group]) await recorder.until(({ isComplete }) => isComplete)
    isOver = true
    await Promise.all(senders)

    const [ended] = await onDatabase<{ position: string }>(
      app,
      `select min(position) as position from events where company_id = $1 and kind = 'ACCESS_CHANGED'`,
      [acme.companyUuid],
    )
    const [last] = await onDatabase<{ seq: number }>(
      app,
      `select max(m.seq) as seq from events e join messages m on m.company_id = e.company_id and m.id = e.message_id
       where e.company_id = $1 and e.kind = 'MESSAGE_SENT' and e.position < $2 and e.conversation_id = $3`,
      [acme.companyUuid, ended?.position, decodeId(groupId)?.uuid],
    )
    for (const { events } of [inbox, group]) {
      const seqs = events.flatMap(({ message }) => message?.seq ?? [])
      expect(Math.max(...seqs)).toBeLessThanOrEqual(last?.seq ?? 0)
      expect(seqs).toEqual([...seqs].sort((one, next) => one - next))
    }
  })
})

const SEND = `mutation ($conversationId: ID!) {
  sendMessage(input: { conversationId: $conversationId, body: "On and on" }) { __typename }
}`

describe.each([
  ['safe mode', 'safe_mode = true', 'READ_ONLY'],
  ['messaging switched off', 'messaging_enabled = false', 'MESSAGING_DISABLED'],
])('a write that meets %s', (_name, change, code) => {
  it('on its way is refused, and nothing is committed after it', async () => {
    const codes = new Set<string>()
    let isOver = false
    const senders = [acme.alice, acme.adam, acme.bob.at(other.url), acme.carol].map(async (sender) => {
      while (!isOver) {
        const { errors } = await sender.send(SEND, { conversationId: groupId })
        for (const { extensions } of errors ?? []) codes.add(String(extensions?.code))
      }
    })
    await onDatabase(app, `update companies set ${change} where id = $1`, [acme.companyUuid])
    while (codes.size === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    isOver = true
    await Promise.all(senders)
    expect([...codes]).toEqual([code])
    const after = await onDatabase(
      app,
      `select e.kind from events e where e.company_id = $1 and e.position > (
         select min(position) from events where company_id = $1 and kind = 'ACCESS_CHANGED')`,
      [acme.companyUuid],
    )
    expect(after).toEqual([])
  })
})

it('a moderator reads on in safe mode', async () => {
  await using adam = followConversation(
    acme.adam,
    'WebSocket',
    groupId,
    `${SENT} ... on Discontinuity { cursor }`,
  )
  await allLive([adam])
  await acme.alice.mutate('updateCompanySettings', { safeMode: true })
  await acme.alice.mutate('updateCompanySettings', { safeMode: false })
  const { seq } = await acme.carol.say({ conversationId: groupId }, 'Open again')
  await adam.event(({ message }) => message?.seq === seq)
  expect(adam.isComplete).toBe(false)
})
