import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { statementsOf } from '../support/statements.ts'
import { FAMILY, longCharacter } from '../support/text.ts'
import { done, member, type Row, sync } from './synchronised.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function signIn(by: Client, company: { companyUuid: string }, externalId: string): Promise<Client> {
  const { user } = await member(by, externalId)
  const token = await app.issuer.mint({ subject: externalId, companyId: company.companyUuid })
  return new Client(app.url, token, { userId: user.id, uuid: '', externalId })
}

const me = (client: Client) => client.send('{ viewer { user { name } role { name } permissions } }')

describe('synchronising members', () => {
  let acme: TestCompany<'olga' | 'adam' | 'bob'>
  beforeAll(async () => {
    acme = await app.company('Acme', { olga: 'owner', adam: 'admin', bob: 'member' })
  })

  it('creates, changes and leaves alone, and does nothing the second time', async () => {
    const { adam } = acme
    const people = [
      {
        externalId: 'p-1',
        name: 'Zoë Ångström',
        email: 'zoe@p.test',
        department: 'Sales',
        role: 'supervisor',
      },
      { externalId: 'p-2', name: '山田 太郎' },
      { externalId: 'p-3', name: 'Off Boarded', isEnabled: false },
    ]
    expect(await sync(adam, people)).toEqual(done(3, 0, 0))
    expect(await sync(adam, people)).toEqual(done(0, 0, 3))
    expect(await member(adam, 'p-1')).toMatchObject({
      isEnabled: true,
      role: { name: 'supervisor' },
      user: { name: 'Zoë Ångström', email: 'zoe@p.test', department: 'Sales' },
    })
    expect(await member(adam, 'p-2')).toMatchObject({ role: { name: 'member' }, user: { email: null } })
    expect(await member(adam, 'p-3')).toMatchObject({ isEnabled: false })

    const changed = [{ ...people[0], name: 'Zoë Berg' }, people[1] as Row, { ...people[2], isEnabled: true }]
    expect(await sync(adam, changed)).toEqual(done(0, 2, 1))
    expect(await member(adam, 'p-1')).toMatchObject({ user: { name: 'Zoë Berg', department: 'Sales' } })
    const { users } = await adam.run('{ users(search: "berg") { nodes { name } } }')
    expect(users.nodes).toEqual([{ name: 'Zoë Berg' }])
    const zoe = await signIn(adam, acme, 'p-1')
    expect((await me(zoe)).data?.viewer).toMatchObject({ role: { name: 'supervisor' } })
  })

  it('keeps fields that are left out and removes fields that are null', async () => {
    const { adam } = acme
    const full = {
      externalId: 'n-1',
      name: 'Nina',
      email: 'nina@p.test',
      department: 'Law',
      role: 'supervisor',
    }
    expect(await sync(adam, [{ ...full, isEnabled: false }])).toEqual(done(1, 0, 0))
    expect(await sync(adam, [{ externalId: 'n-1', name: 'Nina' }])).toEqual(done(0, 0, 1))
    const nulls = {
      externalId: 'n-1',
      name: 'Nina',
      email: null,
      department: null,
      role: null,
      isEnabled: null,
    }
    expect(await sync(adam, [nulls])).toEqual(done(0, 1, 0))
    expect(await member(adam, 'n-1')).toEqual({
      isEnabled: false,
      role: { name: 'supervisor' },
      user: { id: expect.any(String), externalId: 'n-1', name: 'Nina', email: null, department: null },
    })
  })

  it('reports the rows with problems and applies the rest', async () => {
    const { adam } = acme
    const rows = [
      { externalId: 'r-1', name: 'Good' },
      { externalId: 'r-2', name: 'Mail', email: 'not an address' },
      { externalId: 'r-3', name: ' \u200b ' },
      { externalId: 'r-4', name: 'Role', role: 'emperor' },
      { externalId: 'r-1', name: 'Twin' },
      { externalId: 'r-5', name: 'N\0L' },
      { externalId: 'r-6', name: 'Half \ud83d' },
      { externalId: '', name: 'Nobody' },
      { externalId: 'r-7', name: 'x'.repeat(256) },
      { externalId: 'r-8', name: 'Long', department: 'd'.repeat(256) },
      { externalId: 'r-9', name: 'Long mail', email: `${'a'.repeat(250)}@p.test` },
      { externalId: 'r-10', name: FAMILY.repeat(255) },
      { externalId: 'r-11', name: `か${'\u0301'.repeat(9000)}` },
      { externalId: `か${'\u0301'.repeat(600)}`, name: 'Long id' },
      { externalId: 'r-12', name: longCharacter(2_000) },
    ]
    const result = await sync(adam, rows)
    expect(result).toMatchObject({ created: 3, updated: 0, unchanged: 0 })
    expect(result.problems).toEqual([
      { index: 1, externalId: 'r-2', detail: 'email: This is not an e-mail address.' },
      { index: 2, externalId: 'r-3', detail: 'name: The name must not be empty.' },
      { index: 3, externalId: 'r-4', detail: 'The company has no role "emperor".' },
      { index: 4, externalId: 'r-1', detail: 'This externalId stands in an earlier row of the same call.' },
      { index: 5, externalId: 'r-5', detail: 'name: A NUL character cannot be stored.' },
      { index: 6, externalId: 'r-6', detail: expect.stringMatching(/^name: .*lone surrogate/) },
      { index: 7, externalId: '', detail: 'externalId: The externalId must not be empty.' },
      { index: 8, externalId: 'r-7', detail: 'name: At most 255 characters are allowed.' },
      { index: 9, externalId: 'r-8', detail: 'department: At most 255 characters are allowed.' },
      { index: 10, externalId: 'r-9', detail: 'email: This is not an e-mail address.' },
      { index: 12, externalId: 'r-11', detail: 'name: The name is longer than 16 KiB of UTF-8.' },
      {
        index: 13,
        externalId: expect.any(String),
        detail: 'externalId: The externalId is longer than 1 KiB of UTF-8.',
      },
    ])
    expect(await member(adam, 'r-1')).toMatchObject({ user: { name: 'Good' } })
    expect(await member(adam, 'r-2')).toBeUndefined()
  })

  it('needs MEMBER_MANAGE and takes at most 1,000 rows', async () => {
    const { adam, bob } = acme
    const refused = await sync(bob, [{ externalId: 'x', name: 'X' }])
    expect(refused).toMatchObject({ __typename: 'PermissionDeniedError', permission: 'MEMBER_MANAGE' })
    expect(await member(adam, 'x')).toBeUndefined()
    const rows = Array.from({ length: 1001 }, (_, index) => ({ externalId: `t-${index}`, name: 'T' }))
    expect(await sync(adam, rows)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['members'] }],
    })
    expect(await member(adam, 't-0')).toBeUndefined()
    expect(await sync(adam, [])).toEqual(done(0, 0, 0))
  })

  it('lets nobody give away, or change somebody with, more than they may do themselves', async () => {
    const { olga, adam } = acme
    const problem = async (row: Row) => {
      const { problems, created, updated } = await sync(adam, [row])
      expect({ created, updated, problems: problems.length }).toEqual({ created: 0, updated: 0, problems: 1 })
      return problems[0].detail
    }
    for (const role of ['owner', 'auditor']) {
      const detail = `You cannot give the role "${role}": you lack CONVERSATION_AUDIT, AUDIT_READ yourself.`
      expect(await problem({ externalId: 'e-1', name: 'Eve', role })).toBe(detail)
    }
    for (const change of [{ isEnabled: false }, { role: 'member' }, { email: 'eve@p.test' }]) {
      const detail =
        'This member may do more than you: only somebody with the same permissions may change it.'
      expect(await problem({ externalId: olga.externalId, name: 'Olga Acme', ...change })).toBe(detail)
    }
    expect(await sync(adam, [{ externalId: olga.externalId, name: 'Olga Acme' }])).toEqual(done(0, 0, 1))
    expect(await sync(olga, [{ externalId: 'e-1', name: 'Eve', role: 'auditor' }])).toEqual(done(1, 0, 0))
    expect(await problem({ externalId: 'e-1', name: 'Eve', role: 'member' })).toContain(
      'may do more than you',
    )
    for (const change of [{ isEnabled: false }, { role: 'member' }]) {
      const detail = 'You cannot disable yourself or change your own role.'
      expect(await problem({ externalId: adam.externalId, name: 'Adam Acme', ...change })).toBe(detail)
    }
    expect(await sync(adam, [{ externalId: adam.externalId, name: 'Adam Renamed' }])).toEqual(done(0, 1, 0))
  })

  it('changes a role at once', async () => {
    const { adam, bob } = acme
    const mayManage = async () => (await me(bob)).data?.viewer.permissions.includes('MEMBER_MANAGE')
    expect(await mayManage()).toBe(false)
    await sync(adam, [{ externalId: bob.externalId, name: 'Bob Acme', role: 'admin' }])
    expect(await mayManage()).toBe(true)
    expect(await sync(bob, [{ externalId: 'by-bob', name: 'By Bob' }])).toEqual(done(1, 0, 0))
    await sync(adam, [{ externalId: bob.externalId, name: 'Bob Acme', role: 'member' }])
    expect(await sync(bob, [])).toMatchObject({ __typename: 'PermissionDeniedError' })
  })

  it('ends the access of a disabled member at once, streams and all, and gives it back', async () => {
    const { adam, bob } = acme
    const group = await adam.group('Streams', [bob])
    await using inbox = await bob.inbox('')
    await using conversation = await bob.watch(group, '')
    await adam.say({ conversationId: group }, 'Both streams are open')
    await Promise.all([inbox.count(1), conversation.count(1)])
    const setEnabled = (isEnabled: boolean) =>
      sync(adam, [{ externalId: bob.externalId, name: 'Bob Acme', isEnabled }])
    expect(await setEnabled(false)).toEqual(done(0, 1, 0))
    const { data, errors } = await me(bob)
    expect({ data: data ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
      data: null,
      code: 'FORBIDDEN',
    })
    const written = await bob.send('mutation { markRead(input: { conversationId: "x" }) { __typename } }')
    expect(written.errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    await inbox.until(({ isComplete }) => isComplete)
    await conversation.until(({ isComplete }) => isComplete)
    await adam.say({ conversationId: group }, 'Not for Bob now')
    expect([inbox.events.length, conversation.events.length]).toEqual([1, 1])

    expect(await setEnabled(true)).toEqual(done(0, 1, 0))
    expect((await me(bob)).data?.viewer.user).toEqual({ name: 'Bob Acme' })
    const read = 'query ($id: ID!) { conversation(id: $id) { unreadCount lastMessage { body } } }'
    expect(await bob.run(read, { id: group })).toEqual({
      conversation: { unreadCount: 2, lastMessage: { body: 'Not for Bob now' } },
    })
  })
})

describe('synchronising many members', () => {
  it('takes 1,000 in a handful of statements, and neither fails nor doubles on two nodes at once', async () => {
    const { olga } = await app.company('Many', { olga: 'owner' })
    await using second = await startApp({ beside: app })
    const rows = (name: string) =>
      Array.from({ length: 1000 }, (_, index) => ({ externalId: `m-${index}`, name: `${name} ${index}` }))
    const results = await Promise.all(
      [0, 1, 2, 3].map((index) => sync(olga.at(index % 2 ? second.url : app.url), rows('Member'))),
    )
    const sum = (field: string) => results.reduce((total, result) => total + result[field], 0)
    expect([sum('created'), sum('updated'), sum('unchanged')]).toEqual([1000, 0, 3000])
    expect(results.flatMap(({ problems }) => problems)).toEqual([])
    const reversed = await Promise.all([
      sync(olga, rows('Renamed')),
      sync(olga.at(second.url), rows('Renamed').reverse()),
    ])
    expect(reversed.map(({ updated }) => updated).sort((a, b) => a - b)).toEqual([0, 1000])
    const statements = await statementsOf(() => sync(olga, rows('Again')))
    expect(statements.length).toBeLessThan(12)
  })
})
