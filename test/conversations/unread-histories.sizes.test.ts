import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Context, createContext } from '../../src/context.ts'
import type { ConversationRow } from '../../src/conversations/conversation-row.ts'
import { inboxList } from '../../src/conversations/queries/lists.ts'
import { withClient } from '../../src/database/roles.ts'
import { newId } from '../../src/ids.ts'
import { unreadCounts } from '../../src/members/queries/unread-counts.ts'
import type { Page } from '../../src/page.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type Step, step, totals, UnreadModel } from './unread-model.ts'
import { stepSql } from './unread-steps.ts'

const KINDS = ['GROUP', 'DIRECT', 'CONTEXT', 'GLOBAL'] as const
const HISTORIES = 10_000
const BATCH = 250

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('unread counts', () => {
  it(`equal a recount after ${HISTORIES} short random histories`, { timeout: 600_000 }, async () => {
    const seed = Number(process.env.UNREAD_SEED ?? Date.now() % 2 ** 31)
    const histories = fc.sample(
      fc.record({
        kind: fc.constantFrom(...KINDS),
        members: fc.constantFrom([0, 1, 2], [0, 1], [1, 2]),
        steps: fc.array(step, { maxLength: 11, size: 'max' }),
      }),
      { numRuns: HISTORIES, seed },
    )
    // Impossible steps left out, every third is one that was there before, most often the empty one: it runs once.
    const different = [...new Map(histories.map((history) => [contentOf(history), history])).values()]
    const counted = { histories: 0, steps: 0 }
    for (let first = 0; first < different.length; first += BATCH) {
      const batch = different.slice(first, first + BATCH)
      counted.steps += await runBatch(batch, seed)
      counted.histories += batch.length
    }
    expect(counted.histories).toBe(different.length)
    expect(counted.histories).toBeGreaterThan(HISTORIES / 2)
    expect(counted.steps).toBeGreaterThan(HISTORIES * 2)
  })
})

interface History {
  kind: string
  members: readonly number[]
  steps: Step[]
}

/** A history: its conversation, and the steps that are possible in it. */
function contentOf({ kind, members, steps }: History): string {
  const model = modelOf({ kind, members })
  const memberships = model.people.map(({ isIn }) => isIn)
  return JSON.stringify([kind, memberships, steps.map((wanted) => model.take(wanted)).filter(Boolean)])
}

function modelOf({ kind, members }: Pick<History, 'kind' | 'members'>): UnreadModel {
  const everybody = { DIRECT: [0, 1], GLOBAL: [0, 1, 2] }[kind]
  return new UnreadModel({ members: everybody ?? members, isFixed: everybody !== undefined })
}

/** Runs the histories in a company of their own through the database's own functions, and recounts; gives the steps taken. */
async function runBatch(histories: History[], seed: number): Promise<number> {
  const { alice, bob, carol, companyUuid } = await app.company('Batch', {
    alice: 'owner',
    bob: 'member',
    carol: 'member',
  })
  const people = [alice.uuid, bob.uuid, carol.uuid]
  const conversations = histories.map(({ kind, members, steps }) => {
    const model = modelOf({ kind, members })
    return {
      id: newId(),
      kind,
      members: model.people.flatMap(({ isIn }, person) => (isIn ? [person] : [])),
      model,
      steps,
    }
  })
  const taken = conversations.flatMap(({ id, model, steps }) =>
    steps.flatMap((wanted) => {
      const possible = model.take(wanted)
      return possible ? [stepSql(companyUuid, people, id, possible)] : []
    }),
  )
  await withClient(app.database.adminUrl, async (admin) => {
    await admin.query(
      `insert into conversations (company_id, id, kind, audience, access, context_type, context_id)
       select $1, id, kind, case kind when 'GLOBAL' then 'COMPANY' else 'PARTICIPANTS' end, case kind when 'GROUP' then 'OPEN' end, case kind when 'CONTEXT' then 'TOPIC' end,
         case kind when 'CONTEXT' then id::text end
       from unnest($2::uuid[], $3::text[]) c (id, kind)`,
      [companyUuid, conversations.map(({ id }) => id), conversations.map(({ kind }) => kind)],
    )
    const memberships = conversations.flatMap(({ id, kind, members }) =>
      kind === 'GLOBAL' ? [] : members.map((person) => ({ id, person })),
    )
    await admin.query(
      `insert into participants (company_id, conversation_id, user_id) select $1, * from unnest($2::uuid[], $3::uuid[])`,
      [companyUuid, memberships.map(({ id }) => id), memberships.map(({ person }) => people[person])],
    )
  })
  const bound = `select app.bind(${pg.escapeLiteral(companyUuid)}, ${pg.escapeLiteral(alice.uuid)})`
  await withClient(app.database.appUrl, (client) => client.query([bound, ...taken].join(';\n')))
  for (const [person, userId] of people.entries()) {
    const context = await contextOf(companyUuid, userId)
    await context.loaders.conversation.loadMany(conversations.map(({ id }) => id))
    await context.loaders.unreadStart.loadMany(conversations.map(({ id }) => id))
    for (const { id, model, steps, kind } of conversations) {
      const row = await context.loaders.conversation.load(id)
      const start = await context.loaders.unreadStart.load(id)
      const [from, mention] = [start?.unreadFromSeq ?? null, start?.firstUnreadMentionSeq ?? null]
      const seen = row?.isMember ? [row.unreadCount, row.hasUnreadMention, from, mention] : null
      const counts = model.expected(person)
      const expected = counts
        ? [counts.unreadCount, counts.mentions > 0, counts.unreadFrom, counts.firstMention]
        : null
      if (JSON.stringify(seen) !== JSON.stringify(expected)) {
        expect({ seed, kind, steps, person, seen }).toEqual({ seed, kind, steps, person, seen: expected })
      }
    }
    expect(await unreadCounts(context)).toEqual(totals(conversations, person))
    expect(await unreadInbox(context)).toEqual(
      conversations
        .filter(({ model }) => model.expected(person)?.unreadCount)
        .map(({ id }) => id)
        .sort(),
    )
  }
  return taken.length
}

async function contextOf(companyId: string, userId: string): Promise<Context> {
  const { services } = app.application
  const profile = await services.viewers.find(companyId, userId)
  const viewer = { ...profile, expiresAt: new Date(Date.now() + 60_000), mayChangeCompany: false }
  return createContext(services, viewer)
}

/** The ids of all conversations in the viewer's inbox with something unread. */
async function unreadInbox(context: Context): Promise<string[]> {
  const found: string[] = []
  let after: string | null = null
  do {
    const { edges, pageInfo }: Page<ConversationRow> = await inboxList(
      context,
      { first: 100, after },
      { unreadOnly: true },
    )
    found.push(...edges.map(({ node }) => node.id))
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  return found.sort()
}
