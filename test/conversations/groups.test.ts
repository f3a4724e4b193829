import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { decodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave' | 'erin'>
beforeAll(async () => {
  app = await sharedApp()
})
// Mutations are limited per person: each part gets people of its own.
const newCompany = async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    bob: 'member',
    carol: 'member',
    dave: 'member',
    erin: 'auditor',
  })
}
afterAll(() => app[Symbol.asyncDispose]())

const GROUP = `id title description access participantCount isMember canPost
  participants { nodes { role user { name } } } createdBy { name }`

const change = (by: Client, field: string, input: Data): Promise<Data> =>
  by.mutate(field, input, field === 'leaveGroup' ? 'conversationId' : `conversation { ${GROUP} }`)

async function see(by: Client, id: string, fields = GROUP): Promise<Data> {
  return (await by.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation
}

async function roster(by: Client, id: string): Promise<string[]> {
  const { participants } = await see(by, id)
  return participants.nodes.map(({ role, user }: Data) => `${user.name.split(' ')[0]} ${role}`)
}

async function listed(by: Client, search?: string): Promise<Data[]> {
  return (
    await by.run('query ($search: String) { groups(search: $search) { nodes { id title isMember } } }', {
      search,
    })
  ).groups.nodes
}

async function sql(text: string, values: unknown[]): Promise<Data[]> {
  return (await withClient(app.database.adminUrl, (admin) => admin.query(text, values))).rows
}

describe('a new group', () => {
  beforeAll(newCompany)

  it('has a title, a description, its creator as admin and first, and the members named, each once', async () => {
    const { alice, bob, carol } = acme
    const memberIds = [carol.userId, bob.userId, carol.userId, alice.userId]
    const created = await change(alice, 'createGroup', {
      title: 'Räder 🚲',
      description: 'Über Räder',
      memberIds,
    })
    expect(created.conversation).toMatchObject({
      title: 'Räder 🚲',
      description: 'Über Räder',
      access: 'OPEN',
      participantCount: 3,
      isMember: true,
      canPost: true,
      createdBy: { name: 'Alice Acme' },
    })
    expect(await roster(bob, created.conversation.id)).toEqual(['Alice ADMIN', 'Bob MEMBER', 'Carol MEMBER'])
  })

  it('keeps its description encrypted in the database', async () => {
    const { alice } = acme
    const id = await alice.group('Plain title', [], { description: 'canary words' })
    const stored = () =>
      sql('select title, description from conversations where id = $1', [decodeId(id)?.uuid]).then(
        ([row]) => row,
      )
    const before = await stored()
    expect(before.title).toBe('Plain title')
    expect(before.description.length).toBeGreaterThan('canary words'.length)
    expect(before.description.toString('latin1')).not.toContain('canary')
    await change(alice, 'updateGroup', { groupId: id, description: 'canary words' })
    expect((await stored()).description.equals(before.description)).toBe(false)
    expect(await see(alice, id)).toMatchObject({ description: 'canary words' })
  })

  it("takes the company's default access unless it says which", async () => {
    const { alice, bob } = acme
    for (const access of ['CLOSED', 'PRIVATE', 'OPEN']) {
      const set = await alice.mutate('updateCompanySettings', { defaultGroupAccess: access })
      expect(set.__typename).toBe('UpdateCompanySettingsPayload')
      const title = `Default ${access}`
      expect((await change(bob, 'createGroup', { title })).conversation).toMatchObject({ access })
      expect((await change(bob, 'createGroup', { title, access: null })).conversation).toMatchObject({
        access,
      })
      const own = await change(bob, 'createGroup', { title, access: 'CLOSED' })
      expect(own.conversation).toMatchObject({ access: 'CLOSED' })
    }
  })

  it('takes a thousand members', async () => {
    const { olga } = await app.company('Crowd', { olga: 'owner' })
    const members = Array.from({ length: 1000 }, (_, index) => ({
      externalId: `c-${index}`,
      name: `Crowd ${index}`,
    }))
    await olga.mutate('syncMembers', { members })
    const memberIds: string[] = []
    for (let after: string | null = null; memberIds.length < 1000; ) {
      const { users }: Data = await olga.run(
        'query ($after: String) { users(first: 100, after: $after) { nodes { id } pageInfo { endCursor } } }',
        { after },
      )
      memberIds.push(...users.nodes.map(({ id }: Data) => id))
      after = users.pageInfo.endCursor
    }
    const created = await olga.mutate(
      'createGroup',
      { title: 'All', memberIds },
      'conversation { participantCount }',
    )
    expect(created.conversation).toEqual({ participantCount: 1001 })
  })

  it('needs the permission to create one', async () => {
    expect(await change(acme.erin, 'createGroup', { title: 'Audit club' })).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'CONVERSATION_GROUP',
    })
  })
})

describe('the admins of a group', () => {
  beforeAll(newCompany)
  const setRole = (by: Client, conversationId: string, of: Client, role: string) =>
    change(by, 'changeParticipantRole', { conversationId, userId: of.userId, role })

  it('promote, demote and remove, and nobody else does', async () => {
    const { alice, bob, carol, dave } = acme
    const group = await alice.group('Hierarchy', [bob, carol])
    const denied = { __typename: 'PermissionDeniedError', detail: 'Only an admin of the group may do this.' }
    const remove = (by: Client, of: Client) =>
      change(by, 'removeParticipant', { conversationId: group, userId: of.userId })
    expect(await setRole(bob, group, bob, 'ADMIN')).toMatchObject(denied)
    expect(await remove(bob, carol)).toMatchObject(denied)
    expect(await remove(dave, carol)).toMatchObject(denied)
    expect(await setRole(alice, group, bob, 'ADMIN')).toHaveProperty('conversation.id', group)
    expect(await setRole(alice, group, bob, 'ADMIN')).toHaveProperty('conversation.id', group)
    expect(await setRole(bob, group, alice, 'MEMBER')).toHaveProperty('conversation.id', group)
    expect(await roster(carol, group)).toEqual(['Alice MEMBER', 'Bob ADMIN', 'Carol MEMBER'])
    expect(await setRole(bob, group, bob, 'MEMBER')).toEqual({
      __typename: 'ConflictError',
      detail: 'A group keeps at least one admin: promote somebody else first.',
    })
    expect(await remove(bob, alice)).toMatchObject({ conversation: { participantCount: 2 } })
    const notThere = { __typename: 'NotFoundError', detail: 'This person is not in the group.' }
    expect(await remove(bob, alice)).toEqual(notThere)
    expect(await setRole(bob, group, alice, 'ADMIN')).toEqual(notThere)
    expect(await remove(bob, bob)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['userId'] }],
    })
  })

  it('hand over to the longest-standing member when the last one leaves; the last member closes the group', async () => {
    const { alice, bob, carol, dave } = acme
    const group = await alice.group('Succession', [dave])
    await change(alice, 'addParticipants', { conversationId: group, userIds: [bob.userId] })
    await change(carol, 'joinGroup', { groupId: group })
    const leave = (by: Client) => change(by, 'leaveGroup', { groupId: group })
    expect(await leave(dave)).toEqual({ __typename: 'LeaveGroupPayload', conversationId: group })
    expect(await leave(alice)).toMatchObject({ __typename: 'LeaveGroupPayload' })
    expect(await roster(bob, group)).toEqual(['Bob ADMIN', 'Carol MEMBER'])
    expect(await leave(alice)).toEqual({ __typename: 'NotFoundError', detail: 'You are not in this group.' })
    await leave(bob)
    expect(await roster(carol, group)).toEqual(['Carol ADMIN'])
    await leave(carol)
    expect(await see(carol, group)).toBeNull()
    expect(await listed(carol, 'Succession')).toEqual([])
    expect(await change(bob, 'joinGroup', { groupId: group })).toMatchObject({ __typename: 'NotFoundError' })
    expect(await leave(carol)).toMatchObject({ __typename: 'NotFoundError' })
  })

  it('are succeeded by enabled people first, and a disabled admin does not count', async () => {
    const { alice, bob, carol, dave } = acme
    const group = await carol.group('Enabled first', [])
    for (const next of [bob, dave])
      await change(carol, 'addParticipants', { conversationId: group, userIds: [next.userId] })
    const enable = (who: Client, name: string, isEnabled: boolean) =>
      alice.mutate('syncMembers', { members: [{ externalId: who.externalId, name, isEnabled }] })
    await enable(bob, 'Bob Acme', false)
    expect(await change(carol, 'leaveGroup', { groupId: group })).toMatchObject({
      __typename: 'LeaveGroupPayload',
    })
    expect(await roster(dave, group)).toEqual(['Bob MEMBER', 'Dave ADMIN'])

    await enable(bob, 'Bob Acme', true)
    await setRole(dave, group, bob, 'ADMIN')
    await change(carol, 'joinGroup', { groupId: group })
    await enable(bob, 'Bob Acme', false)
    expect(await setRole(dave, group, dave, 'MEMBER')).toMatchObject({ __typename: 'ConflictError' })
    await change(dave, 'leaveGroup', { groupId: group })
    expect(await roster(carol, group)).toEqual(['Bob ADMIN', 'Carol ADMIN'])
    await enable(bob, 'Bob Acme', true)
  })
})
