import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client, Data } from './support/client.ts'

const QUERY = `query ($search: String, $first: Int, $after: String) {
  users(search: $search, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name } } }`

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function found(client: Client, search?: string, first = 100): Promise<string[]> {
  const { users } = await client.run(QUERY, { search, first })
  return users.nodes.map(({ name }: Data) => name)
}

/** Every page, with something done after the first one. */
async function paged(
  client: Client,
  search: string | undefined,
  first: number,
  afterFirst = async () => {},
): Promise<string[]> {
  const names: string[] = []
  let after: string | null = null
  for (;;) {
    const { users }: Data = await client.run(QUERY, { search, first, after })
    names.push(...users.nodes.map(({ name }: Data) => name))
    if (!users.pageInfo.hasNextPage) return names
    if (after === null) await afterFirst()
    after = users.pageInfo.endCursor
  }
}

/** Adds people of these names; e-mail addresses where given. Returns their ids by name. */
async function add(admin: Client, people: (string | [string, string])[]): Promise<Record<string, string>> {
  const members = people.map((person) => {
    const [name, email] = typeof person === 'string' ? [person, null] : person
    return { externalId: `x ${name}`, name, email }
  })
  const synced = await admin.mutate('syncMembers', { members }, 'created problems { detail }')
  expect(synced).toMatchObject({ created: people.length, problems: [] })
  const { users } = await admin.run(QUERY, { first: 100 })
  return Object.fromEntries(users.nodes.map(({ name, id }: Data) => [name, id]))
}

describe('a search for people', () => {
  let acme: TestCompany<'olga' | 'vera'>
  beforeAll(async () => {
    acme = await app.company('Acme', { olga: 'owner', vera: 'member' })
    await add(acme.olga, [
      'John Smith',
      'Johnny Doe',
      'Jonas Weber',
      'Anne Johnson',
      'Jürgen Müller',
      'Mullen Jones',
      ['Ada Lovelace', 'countess.of-math@acme.test'],
      '山田太郎',
      '김철수',
      'やまだ はなこ',
      '🎉 Party Planner',
      'محمد العربي',
      'שרה כהן',
      'Ольга Ёлкина',
      '50%_off Sales',
      '...',
      'Łukasz Żak',
      `${'Long '.repeat(40)}Name`,
      'Bob (Consultant) d’Arc',
    ])
  })

  it.each([
    // The whole name before another word of it.
    ['john', ['John Smith', 'Johnny Doe', 'Anne Johnson']],
    ['jo', ['John Smith', 'Johnny Doe', 'Jonas Weber', 'Anne Johnson', 'Mullen Jones']],
    ['Muller', ['Jürgen Müller']],
    ['MÜLL', ['Mullen Jones', 'Jürgen Müller']],
    // All of several words, in any order.
    ['smith john', ['John Smith']],
    ['j d', ['Johnny Doe']],
    ['john zander', []],
    ['  JOHN \t  s ', ['John Smith']],
    // A typo, when nothing is better: swapped, missing, too many, wrong, in any word.
    ['jonh', ['John Smith', 'Anne Johnson', 'Johnny Doe', 'Jonas Weber', 'Mullen Jones']],
    ['smth', ['John Smith']],
    ['wweber', ['Jonas Weber']],
    ['jurgan', ['Jürgen Müller']],
    ['smiht john', ['John Smith']],
    ['lukasz', ['Łukasz Żak']],
    ['xy', []],
    ['елкина', ['Ольга Ёлкина']],
    ['ольга елкниа', ['Ольга Ёлкина']],
    ['מרה', ['שרה כהן']],
    // The e-mail address up to its @.
    ['countess', ['Ada Lovelace']],
    ['countess.of', ['Ada Lovelace']],
    ['math ada', ['Ada Lovelace']],
    ['Countess.of-math@acme.test', ['Ada Lovelace']],
    ['@acme.test', []],
    ['acme.test', []],
    // Scripts without spaces, other directions, what is no letter.
    ['山田', ['山田太郎']],
    ['太郎', ['山田太郎']],
    ['철수', ['김철수']],
    ['はな', ['やまだ はなこ']],
    ['ばな', []],
    ['🎉', ['🎉 Party Planner']],
    ['العر', ['محمد العربي']],
    ['\u202bمحمد\u202c', ['محمد العربي']],
    ['כהן', ['שרה כהן']],
    ['consult', ['Bob (Consultant) d’Arc']],
    ["d'arc", ['Bob (Consultant) d’Arc']],
    ['darc', ['Bob (Consultant) d’Arc']],
    // Literally.
    ['%', []],
    ['_', []],
    ['5%', []],
    ['50%', ['50%_off Sales']],
    ['50%_', ['50%_off Sales']],
    ['50_', []],
    ['j*', []],
    ['\\', []],
    ["'; drop table users; --", []],
    ['.', ['...']],
    ['-', []],
    ['?! ,', []],
    ['long name', [`${'Long '.repeat(40)}Name`]],
    ['a b c d e f g h i j k l m n o p q r s t u v w x y z', []],
    [Array.from({ length: 60 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join(' '), []],
  ])('finds by name and address: %s', async (search, names) => {
    expect(await found(acme.vera, search)).toEqual(names)
    expect(await paged(acme.vera, search, 1)).toEqual(names)
    // For those who manage members, too.
    const { members } = await acme.olga.run(
      'query ($search: String) { members(search: $search) { nodes { user { name } } } }',
      { search },
    )
    expect(members.nodes.map(({ user }: Data) => user.name)).toEqual(names)
  })

  it('follows names, addresses and access as they change', async () => {
    const { olga, vera } = acme
    const change = (fields: Data) =>
      olga.mutate('syncMembers', { members: [{ externalId: 'x changing', ...fields }] }, 'created updated')
    await change({ name: 'Quentin Quick', email: 'quaint@acme.test' })
    expect([await found(vera, 'quen'), await found(vera, 'quaint')]).toEqual([
      ['Quentin Quick'],
      ['Quentin Quick'],
    ])
    await change({ name: 'Zacharias Quick', email: null })
    expect([await found(vera, 'quentin'), await found(vera, 'quaint'), await found(vera, 'zach')]).toEqual([
      [],
      [],
      ['Zacharias Quick'],
    ])
    await change({ name: 'Zacharias Quick', isEnabled: false })
    for (const search of ['zach', 'quick', 'zahc', undefined])
      expect(await found(vera, search)).not.toContain('Zacharias Quick')
    const { members } = await olga.run('{ members(search: "zahc") { nodes { isEnabled user { name } } } }')
    expect(members.nodes).toEqual([{ isEnabled: false, user: { name: 'Zacharias Quick' } }])
  })

  it("never finds another company's people", async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    await add(globex.gina, [['Xaver Stranger', 'unheard.of@globex.test']])
    expect(await found(globex.gina, 'xaver')).toEqual(['Xaver Stranger'])
    for (const search of ['xaver', 'stranger', 'xavre', 'unheard', 'gina'])
      expect(await found(acme.vera, search)).toEqual([])
  })

  it('leaves nobody out whose words were not written with the name', async () => {
    await withClient(app.database.adminUrl, async (admin) => {
      const { rows } = await admin.query(`
        select u.name from users u where exists (
          select from unnest(u.search_words) s (word) where not exists (
            select from user_words w where w.company_id = u.company_id and w.user_id = u.id and w.word = s.word
              and w.name_folded = u.name_folded and w.is_enabled = u.is_enabled))
        or (select count(*) from user_words w where w.user_id = u.id) <> cardinality(u.search_words)`)
      expect(rows).toEqual([])
      for (const forgetful of [
        `update users set name = 'Somebody Else'`,
        `update users set email = 'else@acme.test'`,
        `update users set search_words = '{}'`,
        `insert into users (company_id, id, name, name_folded, role_id)
         select company_id, gen_random_uuid(), name, name_folded, role_id from users limit 1`,
      ])
        await expect(admin.query(forgetful)).rejects.toThrow(/search_source|search_words/)
    })
  })
})

describe('contacts', () => {
  it('come first among equal matches: direct ones by time, then those of common groups', async () => {
    const { olga, vera } = await app.company('Contacts', { olga: 'owner', vera: 'member' })
    const ids = await add(olga, ['Tom A', 'Tom B', 'Tom C', 'Tom D', 'Zed Tom', 'Amy Tom', 'Tomy'])
    const write = (name: string) => vera.say({ recipientId: String(ids[name]) }, 'Hello')
    await write('Tom C')
    await write('Zed Tom')
    await write('Tom B')
    const group = await vera.group('Project', [{ userId: ids['Tom D'] } as Client])
    expect((await found(vera, 'tom')).slice(0, 2)).toEqual(['Tom B', 'Tom C'])
    // A group where nothing has been said makes no contacts.
    expect(await found(vera, 'tom')).toEqual([
      'Tom B',
      'Tom C',
      'Tom A',
      'Tom D',
      'Tomy',
      'Zed Tom',
      'Amy Tom',
    ])
    await vera.say({ conversationId: group }, 'Hello all')
    expect(await found(vera, 'tom')).toEqual([
      'Tom B',
      'Tom C',
      'Tom D',
      'Tom A',
      'Tomy',
      'Zed Tom',
      'Amy Tom',
    ])
    expect(await found(vera, 'tmo')).toEqual([
      'Tom B',
      'Zed Tom',
      'Tom C',
      'Tom D',
      'Amy Tom',
      'Tom A',
      'Tomy',
    ])
    const all = ['Tom B', 'Zed Tom', 'Tom C', 'Tom D', 'Amy Tom', 'Olga Contacts', 'Tom A', 'Tomy']
    expect(await found(vera)).toEqual(all)
    for (const first of [1, 3]) expect(await paged(vera, undefined, first)).toEqual(all)
    // Nobody else's contacts are the viewer's.
    expect((await found(olga, 'tom')).slice(0, 2)).toEqual(['Tom A', 'Tom B'])

    const { conversations } = await vera.run(
      '{ conversations(filter: { kinds: [DIRECT], search: "tom b" }) { nodes { id } } }',
    )
    await vera.mutate('hideConversation', { conversationId: conversations.nodes[0].id }, 'unread { total }')
    expect((await found(vera, 'tom')).slice(0, 2)).toEqual(['Tom C', 'Tom D'])
  })

  it('do not tell who else receives a broadcast, nor who has only opened a conversation', async () => {
    const { olga, vera } = await app.company('Discreet', { olga: 'owner', vera: 'member' })
    const ids = await add(olga, ['Kim A', 'Kim B', 'Kim C'])
    const text = { subject: 'News', body: 'We moved.', idempotencyKey: 'b1' }
    await olga.mutate('sendBroadcast', { audience: 'USERS', userIds: [vera.userId, ids['Kim C']], ...text })
    await vera.mutate('startDirectConversation', { userId: ids['Kim B'] }, 'conversation { id }')
    expect(await found(vera, 'kim')).toEqual(['Kim A', 'Kim B', 'Kim C'])
  })

  it('stay where they were on the first page, whatever is said before the next', async () => {
    const { olga, vera } = await app.company('Stable', { olga: 'owner', vera: 'member' })
    const ids = await add(
      olga,
      Array.from({ length: 12 }, (_, index) => `Pat ${String.fromCharCode(65 + index)}`),
    )
    const write = (name: string) => vera.say({ recipientId: String(ids[name]) }, 'Hello')
    for (const name of ['Pat H', 'Pat C', 'Pat J', 'Pat E']) await write(name)
    const expected = ['Pat E', 'Pat J', 'Pat C', 'Pat H']
    const all = [...expected, ...[...'ABDFGIKL'].map((letter) => `Pat ${letter}`)]
    for (const [first, search] of [
      [2, 'pat'],
      [3, 'pat'],
      [5, undefined],
      [6, 'pat'],
    ] as const) {
      const before = await found(vera, search)
      const pages = await paged(vera, search, first, async () => {
        for (const name of [before[0], before[3], before.at(-1), before.at(-2)]) await write(String(name))
      })
      expect(pages).toEqual(before)
      if (first === 2) expect(before).toEqual(all)
    }
  })
})
