import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { encodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { FAMILY, longCharacter } from '../support/text.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

/** Everything a group mutation could write. */
async function written(): Promise<Data> {
  const { rows } = await withClient(app.database.adminUrl, (admin) =>
    admin.query(
      `select (select count(*) from conversations where company_id = $1)::int as conversations,
        (select count(*) from participants where company_id = $1)::int as participants,
        (select position from company_streams where company_id = $1)::int as position`,
      [acme.companyUuid],
    ),
  )
  return rows[0]
}

const manyIds = (count: number) => Array.from({ length: count }, () => encodeId('User', randomUUID()))

describe('createGroup', () => {
  it.each([
    ['an empty title', { title: '' }, ['title'], 'The title must not be empty.'],
    ['a blank title', { title: ' \t\u200b\u2800 ' }, ['title'], 'The title must not be empty.'],
    ['256 characters', { title: 'x'.repeat(256) }, ['title'], 'At most 255 characters are allowed.'],
    ['256 emoji families', { title: FAMILY.repeat(256) }, ['title'], 'At most 255 characters are allowed.'],
    ['a NUL in the title', { title: 'a\0b' }, ['title'], 'A NUL character cannot be stored.'],
    [
      'half a character in the title',
      { title: 'a\ud83d' },
      ['title'],
      expect.stringContaining('lone surrogate'),
    ],
    [
      'a title of stacked marks',
      { title: `a${'\u0301'.repeat(9000)}` },
      ['title'],
      'The title is longer than 16 KiB of UTF-8.',
    ],
    [
      'a description over 4 KiB',
      { title: 'T', description: 'é'.repeat(2049) },
      ['description'],
      'The description is longer than 4 KiB of UTF-8.',
    ],
    [
      'a NUL in the description',
      { title: 'T', description: '\0' },
      ['description'],
      expect.stringContaining('NUL'),
    ],
    [
      'half a character in the description',
      { title: 'T', description: '\udc00' },
      ['description'],
      expect.stringContaining('lone surrogate'),
    ],
    [
      '1,001 members',
      { title: 'T', memberIds: manyIds(1001) },
      ['memberIds'],
      'At most 1,000 ids are taken at once.',
    ],
    [
      'a malformed member id',
      { title: 'T', memberIds: ['nonsense'] },
      ['memberIds', '0'],
      'This is not an id of a User.',
    ],
    [
      'an id of another type',
      { title: 'T', memberIds: [encodeId('Company', randomUUID())] },
      ['memberIds', '0'],
      'This is the id of a Company, not of a User.',
    ],
  ])('refuses %s and writes nothing', async (_what, input, path, detail) => {
    const before = await written()
    expect(await acme.alice.mutate('createGroup', input)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path, detail }],
    })
    expect(await written()).toEqual(before)
  })

  it('names everything that is wrong at once', async () => {
    const { issues } = await acme.alice.mutate('createGroup', {
      title: '',
      description: '\0',
      memberIds: ['x'],
    })
    expect(issues.map(({ path }: Data) => path)).toEqual([['title'], ['description'], ['memberIds', '0']])
  })

  it('keeps what is long but allowed, and any writing, as it is', async () => {
    const titles = [
      FAMILY.repeat(255),
      longCharacter(2_000),
      'é'.repeat(255),
      'مرحبا بالعالم',
      '\u202eabc',
      '한국어 🇰🇷',
    ]
    for (const title of titles) {
      const created = await acme.bob.mutate(
        'createGroup',
        { title, description: 'é'.repeat(2048) },
        'conversation { title description }',
      )
      expect(created.conversation).toEqual({ title, description: 'é'.repeat(2048) })
    }
  })

  it('takes spaces off the ends of a title and makes a line break a space', async () => {
    const titles = [
      [' padded ', 'padded'],
      ['two\r\nlines', 'two lines'],
      ['\ttabs  and\u2028separators \n', 'tabs  and separators'],
      ['wide\u3000space', 'wide\u3000space'],
    ]
    for (const [given, title] of titles) {
      const created = await acme.bob.mutate('createGroup', { title: given }, 'conversation { title }')
      expect(created.conversation).toEqual({ title })
    }
  })

  it('treats strangers, foreigners and the disabled alike, and then takes nobody', async () => {
    const synced = await acme.alice.mutate(
      'syncMembers',
      { members: [{ externalId: 'gone', name: 'Gone', isEnabled: false }] },
      'created',
    )
    expect(synced.created).toBe(1)
    const { members } = await acme.alice.run('{ members(search: "gone") { nodes { user { id } } } }')
    const group = await acme.alice.group('Strict')
    const before = await written()
    for (const stranger of [encodeId('User', randomUUID()), globex.gina.userId, members.nodes[0].user.id]) {
      const answer = { __typename: 'NotFoundError', detail: 'At least one of these people does not exist.' }
      const people = [acme.bob.userId, stranger]
      expect(await acme.alice.mutate('createGroup', { title: 'T', memberIds: people })).toEqual(answer)
      expect(await acme.alice.mutate('addParticipants', { conversationId: group, userIds: people })).toEqual(
        answer,
      )
    }
    expect(await written()).toEqual(before)
  })

  it.each([
    'mutation { createGroup(input: { title: "T", access: SECRET }) { __typename } }',
    'mutation { createGroup(input: { title: "T", access: "OPEN" }) { __typename } }',
    'mutation { createGroup(input: { title: null }) { __typename } }',
    'mutation { createGroup(input: { memberIds: [] }) { __typename } }',
    'mutation { createGroup(input: { title: 7 }) { __typename } }',
    'mutation { createGroup(input: { title: "T", color: "red" }) { __typename } }',
    'mutation { changeParticipantRole(input: { conversationId: "x", userId: "y", role: KING }) { __typename } }',
  ])('is not reached by a malformed request: %s', async (mutation) => {
    const before = await written()
    const { data, errors } = await acme.alice.send(mutation)
    expect({ data: data ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
      data: null,
      code: 'BAD_USER_INPUT',
    })
    expect(await written()).toEqual(before)
  })
})

describe('every mutation of a group', () => {
  const inputs = (id: string, userId: string): [string, string, Data][] => [
    ['updateGroup', 'groupId', { groupId: id, title: 'T' }],
    ['joinGroup', 'groupId', { groupId: id }],
    ['leaveGroup', 'groupId', { groupId: id }],
    ['addParticipants', 'conversationId', { conversationId: id, userIds: [userId] }],
    ['removeParticipant', 'conversationId', { conversationId: id, userId }],
    ['changeParticipantRole', 'conversationId', { conversationId: id, userId, role: 'ADMIN' }],
  ]

  it('gives unknown, foreign and hidden groups one and the same answer', async () => {
    const { alice, bob, carol } = acme
    const hidden = await alice.group('Hidden', [], { access: 'PRIVATE' })
    const foreign = await globex.gina.group('Foreign')
    const direct = (await alice.say({ recipientId: carol.userId }, 'Hi')).conversationId
    for (const id of [hidden, foreign, direct, encodeId('Conversation', randomUUID())]) {
      for (const [field, , input] of inputs(id, alice.userId)) {
        const what = 'groupId' in input ? 'group' : 'conversation'
        const answer = { __typename: 'NotFoundError', detail: `There is no such ${what}.` }
        expect([field, await bob.mutate(field, input)]).toEqual([field, answer])
      }
    }
  })

  it('says where an id is malformed, of another type, or no group', async () => {
    const { alice, carol } = acme
    const { conversationId } = await alice.say({ recipientId: carol.userId }, 'Hi')
    const cases: [string, string][] = [
      ['nonsense', 'This is not an id of a Conversation.'],
      [carol.userId, 'This is the id of a User, not of a Conversation.'],
      [conversationId, 'This conversation is not a group.'],
    ]
    for (const [id, detail] of cases) {
      for (const [field, path, input] of inputs(id, carol.userId)) {
        expect([field, await alice.mutate(field, input)]).toMatchObject([
          field,
          { __typename: 'InvalidInputError', issues: [{ path: [path], detail }] },
        ])
      }
    }
  })

  it('says what else is wrong with it', async () => {
    const { alice } = acme
    const group = await alice.group('Particular')
    const add = (userIds: string[]) => alice.mutate('addParticipants', { conversationId: group, userIds })
    expect(await add([])).toMatchObject({
      issues: [{ path: ['userIds'], detail: 'Name at least one person.' }],
    })
    expect(await add(manyIds(1001))).toMatchObject({ issues: [{ path: ['userIds'] }] })
    expect(await add(Array(1001).fill(alice.userId))).toMatchObject({ issues: [{ path: ['userIds'] }] })
    const update = await alice.mutate('updateGroup', {
      groupId: group,
      title: ' ',
      description: 'é'.repeat(2049),
    })
    expect(update.issues.map(({ path }: Data) => path)).toEqual([['title'], ['description']])
    const stranger = encodeId('User', randomUUID())
    for (const [field, more] of Object.entries({
      removeParticipant: {},
      changeParticipantRole: { role: 'ADMIN' },
    })) {
      const answer = { __typename: 'NotFoundError', detail: 'This person is not in the group.' }
      expect(await alice.mutate(field, { conversationId: group, userId: stranger, ...more })).toEqual(answer)
    }
  })
})
