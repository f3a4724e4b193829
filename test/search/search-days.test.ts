import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../src/database/statement.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'
import { SEARCH } from './searching.ts'

const WORDS = ['always', 'often', 'seldom']
const MESSAGES = 120

interface Said {
  body: string
  at: Date
  isOpen: boolean
}

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let said: Said[]
let openId: string

beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  openId = await acme.alice.group('Open', [acme.bob, acme.carol])
  const closedId = await acme.alice.group('Closed', [acme.bob])
  said = []
  for (let n = 0; n < MESSAGES; n += 1) {
    const body = [
      `n${n}`,
      'always',
      ...(n % 3 === 0 ? ['often'] : []),
      ...(n % 25 === 7 ? ['seldom'] : []),
    ].join(' ')
    const isOpen = n % 4 === 0
    await acme.alice.say({ conversationId: isOpen ? openId : closedId }, body)
    said.push({ body, at: new Date(), isOpen })
  }
  await spreadOverDays()
}, 60_000)
afterAll(() => app[Symbol.asyncDispose]())

/** Some days have one message, some many, most none; several messages have the same instant. */
async function spreadOverDays(): Promise<void> {
  const rows = await onDatabase<{ id: string; at: Date }>(
    app,
    `with dated as (
      select m.id, m.conversation_id, m.created_at as was, timestamptz '2024-02-29T12:00:00Z'
        + (row_number() over (order by m.created_at, m.seq, m.id) / 4 * 4) ^ 2 * interval '2 hours' as at
      from messages m where m.company_id = $1
    ), moved as (
      update messages m set created_at = d.at from dated d where m.company_id = $1 and m.id = d.id returning m.id
    ), days as (
      insert into message_days (company_id, day) select distinct $1::uuid, app.day_of(d.at) from dated d on conflict do nothing
    ), indexed as (
      update message_words w set created_at = d.at,
        words = app.words_of_day(app.words_of_day(w.words, app.day_of(d.was)), app.day_of(d.at))
      from dated d where w.company_id = $1 and w.message_id = d.id
    )
    select d.id, d.at from dated d order by d.was, d.id`,
    [acme.companyUuid],
  )
  for (const [n, { at }] of rows.entries()) (said[n] as Said).at = at
}

async function pages(person: 'bob' | 'carol', text: string, first: number, filter: Data): Promise<string[]> {
  const found: string[] = []
  let after: string | null = null
  do {
    const { searchMessages } = await acme[person].run(SEARCH, { text, first, after, filter })
    found.push(...searchMessages.nodes.map(({ body }: Data) => body))
    after = searchMessages.pageInfo.hasNextPage ? searchMessages.pageInfo.endCursor : null
  } while (after !== null)
  return found
}

it('pages newest first through all days, with and without filters, as a comparison of all messages does', async () => {
  const instant = fc.option(fc.integer({ min: 0, max: MESSAGES - 1 }), { nil: null })
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(WORDS, { minLength: 1 }),
      fc.constantFrom('bob' as const, 'carol' as const),
      fc.integer({ min: 1, max: 40 }),
      fc.record({ after: instant, before: instant, isHere: fc.boolean(), isHers: fc.boolean() }),
      async (words, person, first, { after, before, isHere, isHers }) => {
        const from = after === null ? null : (said[after]?.at ?? null)
        const to = before === null ? null : (said[before]?.at ?? null)
        const filter = {
          after: from?.toISOString() ?? null,
          before: to?.toISOString() ?? null,
          ...(isHere && { conversationId: openId }),
          ...(isHers && { authorId: acme.alice.userId }),
        }
        const expected = said.filter(
          ({ body, at, isOpen }) =>
            words.every((word) => body.includes(word)) &&
            (isOpen || (person === 'bob' && !isHere)) &&
            (from === null || at >= from) &&
            (to === null || at < to),
        )
        const found = await pages(person, words.join(' '), first, filter)
        const times = found.map((body) => said.find((each) => each.body === body)?.at.getTime() ?? 0)
        expect([...found].sort()).toEqual(expected.map(({ body }) => body).sort())
        expect(times).toEqual([...times].sort((a, b) => b - a))
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
}, 120_000)

it('finds nothing for a caller of the function in another company, or with nothing bound', async () => {
  const [{ word } = { word: '' }] = await onDatabase<{ word: string }>(
    app,
    `select (w.words[1] # app.day_salt(app.day_of(w.created_at)))::text as word from message_words w where w.company_id = $1 limit 1`,
    [acme.companyUuid],
  )
  const globex = await app.company('Globex', { gina: 'owner' })
  const call = statement({
    name: 'test_foreign_words',
    parameters: ['word'],
    text: `select * from app.messages_with_words(
      array[:word]::bigint[], 'infinity', '00000000-0000-0000-0000-000000000000', '-infinity', 10, null)`,
  })
  const { database } = app.application.services
  const as = (companyId: string, userId: string) =>
    database.forTenant({ companyId, userId }).query(call, { word })
  expect(await as(acme.companyUuid, acme.bob.uuid)).not.toEqual([])
  expect(await as(globex.companyUuid, globex.gina.uuid)).toEqual([])
  expect(await as(acme.companyUuid, globex.gina.uuid).catch(() => [])).toEqual([])
})
