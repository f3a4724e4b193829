import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { add, found, paged } from './picker.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

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
