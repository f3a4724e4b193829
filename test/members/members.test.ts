import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'

/** The table under section 1 of the features: permission, then who has it. */
const TABLE: Record<string, string> = {
  MESSAGE_READ: 'owner admin supervisor auditor member',
  PRESENCE_READ: 'owner admin supervisor auditor member',
  MESSAGE_WRITE: 'owner admin supervisor member',
  PRESENCE_WRITE: 'owner admin supervisor member',
  CONVERSATION_DIRECT: 'owner admin supervisor member',
  CONVERSATION_GROUP: 'owner admin supervisor member',
  CONVERSATION_CONTEXT: 'owner admin supervisor member',
  CONVERSATION_BROADCAST: 'owner admin supervisor',
  MESSAGE_MODERATE: 'owner admin supervisor',
  GUEST_MESSAGE: 'owner admin supervisor',
  CONVERSATION_GLOBAL: 'owner admin',
  MEMBER_MANAGE: 'owner admin',
  COMPANY_MANAGE: 'owner admin',
  CONVERSATION_AUDIT: 'owner auditor',
  AUDIT_READ: 'owner auditor',
}
const ROLES = ['owner', 'admin', 'supervisor', 'auditor', 'member'] as const

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function requestErrorOf(client: Client, query: string, variables = {}): Promise<unknown> {
  const { errors } = await client.send(query, variables)
  return errors?.[0]?.extensions?.code
}

/** Every page of a connection of people, by name. */
async function namesOf(
  client: Client,
  field: string,
  select: string,
  search?: string,
  first = 2,
): Promise<string[]> {
  const query = `query ($search: String, $first: Int, $after: String) {
    list: ${field}(search: $search, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor } nodes { ${select} } } }`
  const names: string[] = []
  let after: string | null = null
  for (;;) {
    const { list }: Data = await client.run(query, { search, first, after })
    names.push(...list.nodes.map((node: Data) => node.name ?? node.user.name))
    if (!list.pageInfo.hasNextPage) return names
    after = list.pageInfo.endCursor
  }
}

describe('roles', () => {
  it.each(ROLES)('give the %s exactly what the table says', async (role) => {
    const { person } = await app.company('Roles', { person: role })
    const expected = Object.keys(TABLE).filter((name) => TABLE[name]?.split(' ').includes(role))
    const { viewer, roles } = await person.run(
      '{ viewer { permissions role { id name permissions isBuiltIn } } roles { id name permissions isBuiltIn } }',
    )
    expect([...viewer.permissions].sort()).toEqual(expected.sort())
    expect(viewer.role).toMatchObject({ name: role, isBuiltIn: true, permissions: viewer.permissions })
    expect(roles.map(({ name }: Data) => name)).toEqual([...ROLES].sort())
    expect(roles).toContainEqual(viewer.role)
    const { node } = await person.run(
      'query ($id: ID!) { node(id: $id) { ... on Role { name permissions } } }',
      {
        id: viewer.role.id,
      },
    )
    expect(node).toEqual({ name: role, permissions: viewer.permissions })
  })
})

describe('lists of people', () => {
  let acme: TestCompany<'alice' | 'adam' | 'bob'>
  beforeAll(async () => {
    acme = await app.company('Acme', { alice: 'owner', adam: 'admin', bob: 'member' })
    const names = [
      'Zoë Ångström',
      'Anne-Marie Dupont',
      "Seán O'Brien",
      'Dupont Anne',
      'Jürgen Groß',
      'İbrahim Yılmaz',
      '山田 太郎',
      '100% Real_Name',
      'Back\\slash',
    ]
    const members: Data[] = names.map((name, index) => ({ externalId: `x-${index}`, name }))
    members.push({ externalId: 'gone', name: 'Anne Gone', isEnabled: false })
    const synced = await acme.alice.mutate('syncMembers', { members }, 'created problems { detail }')
    expect(synced).toMatchObject({ created: 10, problems: [] })
  })

  it.each([
    ['zoe', ['Zoë Ångström']],
    ['ANG', ['Zoë Ångström']],
    ['Ångström', ['Zoë Ångström']],
    ['marie', ['Anne-Marie Dupont']],
    ['anne-m', ['Anne-Marie Dupont']],
    ['obrien', ["Seán O'Brien"]],
    ["o'brien", ["Seán O'Brien"]],
    ['o’bri', ["Seán O'Brien"]],
    ['bri', ["Seán O'Brien"]],
    ['sean o', ["Seán O'Brien"]],
    ['ngstr', ['Zoë Ångström']],
    ['gström', []],
    ['gross', ['Jürgen Groß']],
    ['GROẞ', ['Jürgen Groß']],
    ['jurgen', ['Jürgen Groß']],
    ['太', ['山田 太郎']],
    ['%', []],
    ['_', []],
    ['100%', ['100% Real_Name']],
    ['back\\s', ['Back\\slash']],
    ['\\', []],
    ['anne', ['Anne-Marie Dupont', 'Dupont Anne']],
    ['dupont', ['Dupont Anne', 'Anne-Marie Dupont']],
  ])(
    'find for the recipient picker by the start of any word, best match first: %s',
    async (search, names) => {
      expect(await namesOf(acme.bob, 'users', 'name', search, 1)).toEqual(names)
    },
  )

  it('list everybody but the viewer and the disabled in the picker, each once, whatever the page size', async () => {
    const all = await namesOf(acme.bob, 'users', 'name', undefined, 100)
    expect(all).toHaveLength(11)
    expect(all).not.toContain('Bob Acme')
    expect(all).not.toContain('Anne Gone')
    for (const first of [1, 3, 11])
      expect(await namesOf(acme.bob, 'users', 'name', undefined, first)).toEqual(all)
    for (const blank of ['', '   ', '\t\n'])
      expect(await namesOf(acme.bob, 'users', 'name', blank, 100)).toEqual(all)
  })

  it('list every member with role and state, disabled ones too, for those who manage them', async () => {
    const { adam, bob } = acme
    const all = await namesOf(adam, 'members', 'user { name }', undefined, 100)
    expect(all).toHaveLength(13)
    expect(await namesOf(adam, 'members', 'user { name }')).toEqual(all)
    const { members } = await adam.run(`{ members(search: "gone") { nodes {
      isEnabled joinedAt role { id name permissions } user { id name externalId } } } }`)
    expect(members.nodes).toEqual([
      {
        isEnabled: false,
        joinedAt: expect.stringMatching(/Z$/),
        role: {
          id: expect.any(String),
          name: 'member',
          permissions: expect.arrayContaining(['MESSAGE_READ']),
        },
        user: { id: expect.any(String), name: 'Anne Gone', externalId: 'gone' },
      },
    ])
    for (const [search, names] of [
      ['%', []],
      ['_', []],
      ['100%', ['100% Real_Name']],
      ['real_', ['100% Real_Name']],
      ['dupont', ['Dupont Anne', 'Anne-Marie Dupont']],
    ] as const) {
      expect(await namesOf(adam, 'members', 'user { name }', search)).toEqual(names)
    }
    expect(await requestErrorOf(bob, '{ members { nodes { isEnabled } } }')).toBe('FORBIDDEN')
  })

  it('stay correct while people are renamed between pages', async () => {
    const { renamer, ...company } = await app.company('Moving', { renamer: 'owner' })
    const rows = Array.from({ length: 9 }, (_, index) => ({
      externalId: `m-${index}`,
      name: `Person ${index}`,
    }))
    await renamer.mutate('syncMembers', { members: rows })
    expect(company.companyId).toBeDefined()
    for (const field of ['users', 'members']) {
      const query = `query ($after: String) { list: ${field}(first: 3, search: "Person", after: $after) {
        pageInfo { endCursor } nodes { ${field === 'users' ? 'name' : 'user { name }'} } } }`
      const first = await renamer.run(query)
      // The very row that the cursor was made from moves away.
      await renamer.mutate('syncMembers', { members: [{ externalId: 'm-2', name: 'Person 9' }] })
      const second = await renamer.run(query, { after: first.list.pageInfo.endCursor })
      expect(second.list.nodes.map((node: Data) => node.name ?? node.user.name)).toEqual([
        'Person 3',
        'Person 4',
        'Person 5',
      ])
      await renamer.mutate('syncMembers', { members: [{ externalId: 'm-2', name: 'Person 2' }] })
    }
  })

  it('cost one statement whatever the page size', async () => {
    const { adam } = acme
    const users = '{ users(first: 100) { nodes { id externalId name email department } } }'
    const members = `{ members(first: 100) { nodes { isEnabled joinedAt role { id name permissions isBuiltIn }
      user { id externalId name email department } } } }`
    for (const query of [users, members]) {
      await adam.run(query)
      expect(await statementsOf(() => adam.run(query))).toHaveLength(1)
    }
  })

  it.each(['users', 'members'])('answer %s with BAD_USER_INPUT to what they cannot take', async (field) => {
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const uuid = '00000000-0000-4000-8000-000000000000'
    const at = '2026-11-21T00:00:00.000Z'
    const key = ['13', at, 'a', uuid, at]
    const bad = [
      { first: 101 },
      { first: -1 },
      { last: 5 },
      { before: made(key) },
      { after: 'nonsense' },
      { after: '' },
      { after: made([...key, 'more']) },
      { after: made(key.slice(1)) },
      { after: made(key.map((part) => (part === uuid ? 'x' : part))) },
      { after: made(key.map((part) => (part === 'a' ? 'a\0' : part))) },
      { search: 'a\0b' },
      { search: '\ud83d' },
      { search: 'a'.repeat(10_000) },
    ]
    const query = `query ($first: Int, $last: Int, $after: String, $before: String, $search: String) {
      ${field}(first: $first, last: $last, after: $after, before: $before, search: $search) { pageInfo { hasNextPage } } }`
    for (const variables of bad)
      expect([variables, await requestErrorOf(acme.alice, query, variables)]).toEqual([
        variables,
        'BAD_USER_INPUT',
      ])
    for (const variables of [{ first: 0 }, { first: 100 }, { after: made(key) }, { search: 'a'.repeat(200) }])
      expect([variables, await requestErrorOf(acme.alice, query, variables)]).toEqual([variables, undefined])
  })
})
