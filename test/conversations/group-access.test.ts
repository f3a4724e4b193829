import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave' | 'erin'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', {
    alice: 'owner',
    bob: 'member',
    carol: 'member',
    dave: 'member',
    erin: 'auditor',
  })
})
afterAll(() => app[Symbol.asyncDispose]())

const GROUP = `id title description access participantCount isMember canPost
  participants { nodes { role user { name } } } createdBy { name }`

const change = (by: Client, field: string, input: Data): Promise<Data> =>
  by.mutate(field, input, field === 'leaveGroup' ? 'conversationId' : `conversation { ${GROUP} }`)

async function see(by: Client, id: string, fields = GROUP): Promise<Data> {
  return (await by.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation
}

async function listed(by: Client, search?: string): Promise<Data[]> {
  return (
    await by.run('query ($search: String) { groups(search: $search) { nodes { id title isMember } } }', {
      search,
    })
  ).groups.nodes
}

describe('access to a group', () => {
  const groups: Record<'OPEN' | 'CLOSED' | 'PRIVATE', string> = { OPEN: '', CLOSED: '', PRIVATE: '' }
  beforeAll(async () => {
    for (const access of ['OPEN', 'CLOSED', 'PRIVATE'] as const) {
      const title = `${access} Café`
      groups[access] = await acme.alice.group(title, [acme.bob], { access, description: 'Coffee' })
      await acme.alice.say({ conversationId: groups[access] }, 'For members')
    }
  })

  it('lists open and closed ones to everybody, private ones to members', async () => {
    const { alice, bob, carol } = acme
    const titles = ['CLOSED Café', 'OPEN Café', 'PRIVATE Café']
    for (const member of [alice, bob]) {
      expect((await listed(member)).map(({ title, isMember }) => [title, isMember])).toEqual(
        titles.map((title) => [title, true]),
      )
    }
    expect((await listed(carol)).map(({ title, isMember }) => [title, isMember])).toEqual([
      ['CLOSED Café', false],
      ['OPEN Café', false],
    ])
  })

  it('finds groups by any part of the title, without accents and case', async () => {
    const { bob } = acme
    expect((await listed(bob, 'cafe')).length).toBe(3)
    expect((await listed(bob, 'N CÁF')).map(({ title }) => title)).toEqual(['OPEN Café'])
    expect((await listed(bob, '  ')).length).toBe(3)
    for (const search of ['%', '_', '\\']) expect(await listed(bob, search)).toEqual([])
    for (const search of ['a\0', 'x'.repeat(10_000)]) {
      const { errors } = await bob.send(
        'query ($search: String) { groups(search: $search) { nodes { id } } }',
        {
          search,
        },
      )
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    }
  })

  it.each(['OPEN', 'CLOSED'] as const)(
    'shows a non-member of an %s group what it is, and nothing of it',
    async (access) => {
      const { carol } = acme
      const seen = await see(
        carol,
        groups[access],
        `title description access participantCount kind isMember canPost context { contextId } counterpart { id }
      participants { nodes { role } } messages { nodes { id } } lastMessage { id } lastSeq unreadCount hasUnreadMention
      lastReadSeq isMuted mutedUntil createdBy { id } lastActivityAt createdAt eventsCursor`,
      )
      expect(seen).toEqual({
        title: `${access} Café`,
        description: 'Coffee',
        access,
        participantCount: 2,
        kind: 'GROUP',
        isMember: false,
        canPost: false,
        context: null,
        counterpart: null,
        participants: { nodes: [] },
        messages: { nodes: [] },
        lastMessage: null,
        lastSeq: 0,
        unreadCount: 0,
        hasUnreadMention: false,
        lastReadSeq: 0,
        isMuted: false,
        mutedUntil: null,
        createdBy: null,
        // When something was last said is nobody's business outside.
        lastActivityAt: seen.createdAt,
        createdAt: expect.any(String),
        eventsCursor: '',
      })
    },
  )

  it('lets anybody join an open group, and nobody a closed or private one', async () => {
    const { dave, erin } = acme
    const join = (by: Client, groupId: string) => change(by, 'joinGroup', { groupId })
    expect(await see(dave, groups.PRIVATE)).toBeNull()
    expect((await join(dave, groups.OPEN)).conversation).toMatchObject({
      isMember: true,
      participantCount: 3,
    })
    expect((await join(dave, groups.OPEN)).conversation).toMatchObject({ participantCount: 3 })
    expect((await join(erin, groups.OPEN)).conversation).toMatchObject({ isMember: true, canPost: false })
    expect(await join(dave, groups.CLOSED)).toEqual({
      __typename: 'PermissionDeniedError',
      detail: 'This group is joined by invitation.',
      permission: null,
    })
    expect(await join(dave, groups.PRIVATE)).toEqual({
      __typename: 'NotFoundError',
      detail: 'There is no such group.',
    })
  })

  it('lets any member add to an open group, and admins alone to the others', async () => {
    const { alice, bob, carol, dave } = acme
    const add = (by: Client, conversationId: string) =>
      change(by, 'addParticipants', { conversationId, userIds: [carol.userId] })
    expect(await add(bob, groups.OPEN)).toMatchObject({ conversation: { participantCount: 5 } })
    for (const access of ['CLOSED', 'PRIVATE'] as const) {
      expect(await add(bob, groups[access])).toMatchObject({
        __typename: 'PermissionDeniedError',
        detail: 'Only an admin of the group may do this.',
      })
      expect(await add(alice, groups[access])).toMatchObject({ conversation: { participantCount: 3 } })
      expect(await add(alice, groups[access])).toMatchObject({ conversation: { participantCount: 3 } })
    }
    expect(await add(dave, groups.CLOSED)).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'Only members of the group may add people.',
    })
    expect(await add(dave, groups.PRIVATE)).toMatchObject({ __typename: 'NotFoundError' })
    expect(await see(carol, groups.PRIVATE, 'messages { nodes { body } } unreadCount')).toEqual({
      messages: { nodes: [{ body: 'For members' }] },
      unreadCount: 1,
    })
  })

  it('changes with the group, for its admins', async () => {
    const { alice, bob } = acme
    const { newbie } = await app.company('Other', { newbie: 'owner' })
    const group = await alice.group('Changing', [bob], { description: 'Old' })
    const update = (by: Client, input: Data) => change(by, 'updateGroup', { groupId: group, ...input })
    expect(await update(bob, { title: 'Mine' })).toMatchObject({ __typename: 'PermissionDeniedError' })
    expect(await update(newbie, { title: 'Mine' })).toMatchObject({ __typename: 'NotFoundError' })
    expect(await update(alice, { title: 'New' })).toMatchObject({
      conversation: { title: 'New', description: 'Old' },
    })
    expect(await update(alice, { title: null, access: null, description: null })).toMatchObject({
      conversation: { title: 'New', description: null, access: 'OPEN' },
    })
    const seenBy = async (by: Client) => (await listed(by, 'New')).map(({ id }) => id)
    expect(await seenBy(acme.erin)).toEqual([group])
    expect(await update(alice, { access: 'PRIVATE' })).toMatchObject({ conversation: { access: 'PRIVATE' } })
    expect(await seenBy(acme.erin)).toEqual([])
    expect(await see(acme.erin, group)).toBeNull()
    expect(await seenBy(bob)).toEqual([group])
  })
})
