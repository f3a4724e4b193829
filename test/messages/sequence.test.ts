import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  __typename ... on SendMessagePayload { message { id seq createdAt } } ... on UserError { detail } } }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'stranger'>
let admin: pg.Client
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', stranger: 'member' })
  admin = new pg.Client({ connectionString: app.database.adminUrl })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await app[Symbol.asyncDispose]()
})

interface StoredMessage {
  conversationId: string
  id: string
  seq: number
  createdAt: Date
  position: string
}

/** Fails unless sequences and positions are 1, 2, 3 … without holes, and in one and the same order. */
async function assertGapless(companyUuid: string): Promise<StoredMessage[]> {
  const { rows: messages } = await admin.query<StoredMessage>(
    `select m.conversation_id as "conversationId", m.id, m.seq, m.created_at as "createdAt", e.position
     from messages m join events e on e.company_id = m.company_id and e.message_id = m.id and e.kind = 'MESSAGE_SENT'
     where m.company_id = $1 order by e.position`,
    [companyUuid],
  )
  for (const conversationId of new Set(messages.map((message) => message.conversationId))) {
    const stored = messages.filter((message) => message.conversationId === conversationId)
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1))
    const times = stored.map(({ createdAt }) => createdAt.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
  }
  const { rows } = await admin.query<{
    messages: number
    unposted: number
    lasts: boolean
    gapless: boolean
  }>(
    `select
       (select count(*)::int from messages where company_id = $1) as messages,
       (select bool_and(c.last_seq = (select count(*) from messages m where m.company_id = $1 and m.conversation_id = c.id))
          from conversations c where c.company_id = $1) as lasts,
       (select count(*) = max(position) and min(position) = 1 from events where company_id = $1)
         and (select max(position) from events where company_id = $1) = (select position from company_streams where company_id = $1)
         as gapless`,
    [companyUuid],
  )
  expect(rows).toEqual([{ messages: messages.length, lasts: true, gapless: true }])
  return messages
}

/** Runs `work` while another transaction holds the company's stream, the last lock of every write. */
async function whileStreamIsHeld(companyUuid: string, work: () => Promise<void>): Promise<void> {
  await withClient(app.database.adminUrl, async (holder) => {
    await holder.query('begin')
    await holder.query('select from company_streams where company_id = $1 for update', [companyUuid])
    await work()
    await holder.query('rollback')
  })
}

const outcomeOf = ({ data, errors }: Answer): string =>
  data?.sendMessage?.__typename ?? String(errors?.[0]?.extensions?.code)

describe('sequences', () => {
  it('are gapless and in commit order under 200 writers, some of whom fail', async () => {
    const { alice, bob, carol, stranger } = acme
    const people = [alice, bob, carol]
    const groups = await Promise.all(['One', 'Two', 'Three'].map((title) => alice.group(title, [bob, carol])))
    const direct = await alice.say({ recipientId: bob.userId }, 'Taken', { idempotencyKey: 'taken' })
    const elsewhere = await alice.say({ recipientId: stranger.userId }, 'Elsewhere')
    const failing: Record<string, unknown>[] = [
      { parentId: elsewhere.id },
      { mentionIds: [stranger.userId] },
      { idempotencyKey: 'taken' },
    ]
    const conversations = [...groups, direct.conversationId]
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, writer) => {
        const isFailing = writer % 4 === 3
        const conversationId = conversations[Math.floor(writer / 4) % conversations.length]
        const sender = (
          isFailing ? alice : people[writer % (conversationId === direct.conversationId ? 2 : 3)]
        ) as Client
        const fault = isFailing ? failing[Math.floor(writer / 4) % failing.length] : {}
        return sender.send(SEND, { input: { conversationId, body: `Message ${writer}`, ...fault } })
      }),
    )
    const outcomes = answers.map(outcomeOf)
    expect(outcomes.filter((outcome) => outcome === 'SendMessagePayload')).toHaveLength(150)
    expect([...new Set(outcomes)].sort()).toEqual([
      'ConflictError',
      'InvalidInputError',
      'NotFoundError',
      'SendMessagePayload',
    ])
    const stored = await assertGapless(acme.companyUuid)
    expect(stored).toHaveLength(152)
    const seqs = new Map(
      stored.map(({ id, seq }) => [Buffer.from(`Message:${id}`).toString('base64url'), seq]),
    )
    for (const { data } of answers) {
      const message = data?.sendMessage.message
      if (message) expect(message.seq).toBe(seqs.get(message.id))
    }
  })

  it('have no hole where a backend dies in the middle of a send, and a retry sends once', async () => {
    const hooli = await app.company('Hooli', { alice: 'owner', bob: 'member', carol: 'member' })
    const { alice, bob, carol } = hooli
    const people = [alice, bob, carol]
    const groups = await Promise.all(['One', 'Two'].map((title) => alice.group(title, [bob, carol])))
    const inputs = Array.from({ length: 60 }, (_, writer) => ({
      conversationId: groups[writer % 2],
      body: `Message ${writer}`,
      idempotencyKey: `writer ${writer}`,
    }))
    const send = (writer: number) => (people[writer % 3] as Client).send(SEND, { input: inputs[writer] })
    const outcomes: string[] = []
    for (let round = 0; round < 3; round += 1) {
      const writers = Array.from({ length: 20 }, (_, index) => round * 20 + index)
      let answers: Promise<Answer[]> = Promise.resolve([])
      await whileStreamIsHeld(hooli.companyUuid, async () => {
        answers = Promise.all(writers.map(send))
        // Two have written their message and wait for the stream, the rest wait for their conversations.
        const waiting = await waitingStatements(app.database.adminUrl, (pids) => pids.length >= 6)
        const { rows } = await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [
          waiting.slice(0, 5),
        ])
        expect(rows).toHaveLength(5)
        await waitingStatements(
          app.database.adminUrl,
          (pids) => pids.length >= 1 && !waiting.slice(0, 5).some((pid) => pids.includes(pid)),
        )
      })
      outcomes.push(...(await answers).map(outcomeOf))
    }
    const failed = outcomes.flatMap((outcome, writer) => (outcome === 'SendMessagePayload' ? [] : [writer]))
    expect(new Set(outcomes)).toEqual(new Set(['SendMessagePayload', 'UNAVAILABLE']))
    expect(await assertGapless(hooli.companyUuid)).toHaveLength(60 - failed.length)
    const retried = await Promise.all(inputs.map((_, writer) => send(writer)))
    expect(new Set(retried.map(outcomeOf))).toEqual(new Set(['SendMessagePayload']))
    expect(await assertGapless(hooli.companyUuid)).toHaveLength(60)
  })

  it('carry times that never go back, even if the clock does', async () => {
    const { alice, bob, companyUuid } = await app.company('Clock', { alice: 'owner', bob: 'member' })
    const first = await alice.say({ recipientId: bob.userId }, 'From the future')
    await admin.query(
      `update conversations set last_activity_at = last_activity_at + interval '1 hour' where company_id = $1`,
      [companyUuid],
    )
    await admin.query(
      `update messages set created_at = created_at + interval '1 hour' where company_id = $1`,
      [companyUuid],
    )
    const second = await bob.say({ recipientId: alice.userId }, 'After it')
    expect(Date.parse(second.createdAt)).toBeGreaterThanOrEqual(Date.parse(first.createdAt) + 3_600_000)
    await assertGapless(companyUuid)
  })

  it('belong to one company: a transaction held open in it keeps nobody else waiting', async () => {
    const held = await app.company('Held', { alice: 'owner', bob: 'member' })
    const free = await app.company('Free', { gina: 'owner', greg: 'member' })
    await free.gina.say({ recipientId: free.greg.userId }, 'Before')
    await held.alice.say({ recipientId: held.bob.userId }, 'Before')
    await using inbox = await free.greg.inbox('... on ConversationActivity { message { seq } }')
    let settled = 0
    let blocked: Promise<unknown> = Promise.resolve()
    await whileStreamIsHeld(held.companyUuid, async () => {
      blocked = Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          held.alice.say({ recipientId: held.bob.userId }, `Held ${index}`).finally(() => {
            settled += 1
          }),
        ),
      )
      await waitingStatements(app.database.adminUrl, (pids) => pids.length === 4)
      for (let seq = 2; seq <= 4; seq += 1) {
        expect(await free.gina.say({ recipientId: free.greg.userId }, 'Meanwhile')).toMatchObject({ seq })
        await inbox.event((event) => event.message?.seq === seq)
      }
      await free.greg.mutate('markRead', {
        conversationId: (await free.gina.say({ recipientId: free.greg.userId }, 'Last')).conversationId,
      })
      expect(settled).toBe(0)
    })
    await blocked
    await assertGapless(held.companyUuid)
    await assertGapless(free.companyUuid)
  })
})
