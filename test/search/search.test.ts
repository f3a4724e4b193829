import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { SEARCH, search } from './searching.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'bob' | 'carol'>
let groupId: string
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  groupId = await acme.alice.group('Plans', [acme.bob])
})

const say = (body: string, more: Record<string, unknown> = {}) =>
  acme.alice.say({ conversationId: groupId }, body, more)
const rejection = async (client: Client, variables: Record<string, unknown>): Promise<Data> =>
  (await client.send(SEARCH, variables)).errors?.[0]

describe('a search', () => {
  it('finds whole words whatever their case and accents, newest first', async () => {
    await say('Der Fußball rollt, ÉCOLE!')
    await say('fussball: nothing; école')
    await say('Fußballer sind keine')
    await say('a birthday 🎂 party')
    await say('We don’t know')
    expect(await search(acme.bob, 'FUSSBALL')).toEqual([
      'fussball: nothing; école',
      'Der Fußball rollt, ÉCOLE!',
    ])
    expect(await search(acme.bob, 'ecole')).toHaveLength(2)
    expect(await search(acme.bob, 'rollt')).toEqual(['Der Fußball rollt, ÉCOLE!'])
    expect(await search(acme.bob, '🎂')).toEqual(['a birthday 🎂 party'])
    expect(await search(acme.bob, 'birth')).toEqual([])
    expect(await search(acme.bob, "don't")).toEqual(['We don’t know'])
  })

  it('finds any part of scripts without spaces, and keeps か from が', async () => {
    await say('我住在东京都')
    await say('ฉันรักภาษาไทย')
    await say('かきくけこ')
    for (const [text, found] of [
      ['东京', '我住在东京都'],
      ['住', '我住在东京都'],
      ['在东京都', '我住在东京都'],
      ['ภาษา', 'ฉันรักภาษาไทย'],
      ['きくけ', 'かきくけこ'],
    ] as const) {
      expect(await search(acme.bob, text)).toEqual([found])
    }
    expect(await search(acme.bob, 'が')).toEqual([])
    // All pairs are there, the run is not.
    await say('东京 京都')
    expect(await search(acme.bob, '东京都')).toEqual(['我住在东京都'])
  })

  it('wants all words, and those in quotation marks next to one another', async () => {
    await say('The quick brown fox', { subject: 'An animal' })
    await say('The brown quick fox')
    await say('quick thinking', { subject: 'brown' })
    expect(await search(acme.bob, 'fox quick')).toEqual(['The brown quick fox', 'The quick brown fox'])
    expect(await search(acme.bob, 'quick brown')).toHaveLength(3)
    expect(await search(acme.bob, '"quick brown"')).toEqual(['The quick brown fox'])
    expect(await search(acme.bob, '“quick, brown” animal')).toEqual(['The quick brown fox'])
    expect(await search(acme.bob, '"brown fox" "quick brown"')).toEqual(['The quick brown fox'])
    expect(await search(acme.bob, '"fox')).toHaveLength(2)
    expect(await search(acme.bob, 'quick zebra')).toEqual([])
  })

  it('is narrowed by conversation, author and date', async () => {
    const first = await say('budget one')
    const second = await acme.bob.say({ conversationId: groupId }, 'budget two')
    const direct = await acme.bob.say({ recipientId: acme.alice.userId }, 'budget three')
    const find = (filter: Record<string, unknown>) => search(acme.alice, 'budget', { filter })
    expect(await find({ conversationId: groupId })).toEqual(['budget two', 'budget one'])
    expect(await find({ conversationId: direct.conversationId })).toEqual(['budget three'])
    expect(await find({ authorId: acme.bob.userId })).toEqual(['budget three', 'budget two'])
    expect(await find({ authorId: acme.bob.userId, conversationId: groupId })).toEqual(['budget two'])
    expect(await find({ before: first.createdAt })).toEqual([])
    expect(await find({ before: direct.createdAt, after: second.createdAt })).toEqual(['budget two'])
    expect(await find({ after: direct.createdAt })).toEqual(['budget three'])
    expect(await find({ authorId: acme.carol.userId })).toEqual([])
  })

  it('pages while messages arrive, neither repeating nor skipping one', async () => {
    for (let index = 0; index < 7; index += 1) await say(`note ${index} of "the plan"`)
    for (const text of ['note', '"the plan"']) {
      const seen: string[] = []
      let after: string | undefined
      do {
        const { nodes, pageInfo } = (await acme.bob.run(SEARCH, { text, first: 3, after })).searchMessages
        seen.push(...nodes.map(({ body }: Data) => body))
        after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined
        await say('note: late, and "the plan" too')
      } while (after)
      expect(seen.slice(-7).map((body) => body.slice(0, 6))).toEqual(
        [6, 5, 4, 3, 2, 1, 0].map((n) => `note ${n}`),
      )
      expect(new Set(seen.slice(-7)).size).toBe(7)
    }
  })

  it('shows nothing that the viewer may not see now', async () => {
    const { alice, bob, carol } = acme
    const secret = await alice.say({ recipientId: bob.userId }, 'merger in confidence')
    const hidden = await say('merger one')
    await say('merger two')
    expect(await search(bob, 'merger')).toEqual(['merger two', 'merger one', 'merger in confidence'])
    expect(await search(carol, 'merger')).toEqual([])
    expect(await search(carol, 'merger', { filter: { conversationId: groupId } })).toEqual([])
    expect(await search(carol, 'merger', { filter: { authorId: alice.userId } })).toEqual([])
    await bob.mutate('hideMessage', { messageId: hidden.id })
    expect(await search(bob, 'merger')).toEqual(['merger two', 'merger in confidence'])
    await bob.mutate('hideConversation', { conversationId: secret.conversationId })
    expect(await search(bob, 'merger')).toEqual(['merger two'])
    await alice.say({ recipientId: bob.userId }, 'merger again')
    expect(await search(bob, 'merger')).toEqual(['merger again', 'merger two'])
    await bob.mutate('leaveGroup', { groupId })
    expect(await search(bob, 'merger')).toEqual(['merger again'])
    expect(await search(alice, 'merger')).toHaveLength(4)
  })

  it('finds in context conversations what their visitors may read', async () => {
    const { alice, bob, carol } = acme
    const open = await alice.mutate(
      'openContextConversation',
      { type: 'PLAN', contextId: '1' },
      'conversation { id }',
    )
    await alice.say({ conversationId: open.conversation.id }, 'turbine for all')
    const closed = await alice.mutate(
      'openContextConversation',
      { type: 'PLAN', contextId: '2', restricted: true, participantIds: [bob.userId] },
      'conversation { id }',
    )
    await alice.say({ conversationId: closed.conversation.id }, 'turbine for us')
    expect(await search(bob, 'turbine')).toEqual(['turbine for us', 'turbine for all'])
    expect(await search(carol, 'turbine')).toEqual(['turbine for all'])
  })

  it('no longer finds retracted messages', async () => {
    const said = await say('regret this')
    await acme.alice.mutate('retractMessage', { messageId: said.id })
    expect(await search(acme.bob, 'regret')).toEqual([])
  })

  it('ends far from the first of thousands of messages that others cannot see', async () => {
    await say('needle in here')
    const others = await acme.bob.group('Others', [acme.carol])
    await acme.bob.say({ conversationId: others }, 'needle')
    await withClient(app.database.adminUrl, (admin) =>
      admin.query(
        `with sample as (select m.* from messages m where m.company_id = $1 order by m.created_at desc limit 1),
        copies as (
          insert into messages (company_id, id, conversation_id, seq, author_id, body, created_at)
          select s.company_id, gen_random_uuid(), s.conversation_id, n + 1, s.author_id, s.body, s.created_at + n * interval '1 ms'
          from sample s, generate_series(1, 1500) n returning *
        )
      insert into message_words (company_id, message_id, conversation_id, created_at, words)
      select c.company_id, c.id, c.conversation_id, c.created_at,
        app.words_of_day(app.words_of_day(w.words, app.day_of(s.created_at)), app.day_of(c.created_at))
      from copies c, sample s join message_words w on w.company_id = s.company_id and w.message_id = s.id`,
        [acme.companyUuid],
      ),
    )
    expect(await search(acme.alice, 'needle')).toEqual(['needle in here'])
    expect(await search(acme.alice, 'needle', { filter: { authorId: acme.alice.userId } })).toEqual([
      'needle in here',
    ])
  })
})

describe('a search that cannot be one', () => {
  it.each([
    ['punctuation', '?! … --', 'Search for at least one word: punctuation is not searched for.'],
    ['nothing', '', 'Search for at least one word: punctuation is not searched for.'],
    ['empty quotation marks', '" "', 'Search for at least one word: punctuation is not searched for.'],
    ['10,000 characters', 'word '.repeat(2000), 'A search takes at most 500 characters.'],
    ['17 words', 'word '.repeat(17), 'A search takes at most 16 words.'],
    ['a NUL', 'a\0b', 'The search text holds a NUL or half a character.'],
  ])('says so: %s', async (_what, text, message) => {
    expect(await rejection(acme.bob, { text })).toMatchObject({
      message,
      extensions: { code: 'BAD_USER_INPUT' },
    })
  })

  it.each([{ filter: { conversationId: 'nonsense' } }, { after: 'nonsense' }, { first: -1 }, { first: 101 }])(
    'refuses %j',
    async (variables) => {
      expect(await rejection(acme.bob, { text: 'word', ...variables })).toMatchObject({
        extensions: { code: 'BAD_USER_INPUT' },
      })
    },
  )
})
