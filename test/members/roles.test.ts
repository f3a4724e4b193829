import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

describe('the roles of a company', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'adam' | 'bob' | 'cal'>
  let globex: TestCompany<'gus'>
  beforeAll(async () => {
    app = await sharedApp()
    globex = await app.company('Globex', { gus: 'owner' })
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', adam: 'admin', bob: 'member', cal: 'member' })
  })

  const ROLE = 'role { id name permissions isBuiltIn }'
  const create = (by: Client, name: string, permissions: string[]) =>
    by.mutate('createRole', { name, permissions }, ROLE)
  const roleId = async (name: string) => {
    const { roles } = await acme.ann.run('{ roles { id name } }')
    return roles.find((role: { name: string }) => role.name === name).id
  }
  const assign = (by: Client, person: Client, role: string) =>
    by.mutate(
      'syncMembers',
      { members: [{ externalId: person.externalId, name: 'Bob', role }] },
      'updated problems { detail }',
    )

  it('are created with the permissions that were given, and given to members by their name', async () => {
    const { role } = await create(acme.ann, ' Works  council ', ['AUDIT_READ', 'MESSAGE_READ', 'AUDIT_READ'])
    expect(role).toEqual({
      id: expect.any(String),
      name: 'Works  council',
      permissions: ['MESSAGE_READ', 'AUDIT_READ'],
      isBuiltIn: false,
    })
    expect(await assign(acme.ann, acme.bob, role.name)).toMatchObject({ updated: 1, problems: [] })
    const { viewer } = await acme.bob.run('{ viewer { role { name } permissions } }')
    expect(viewer).toEqual({ role: { name: role.name }, permissions: ['MESSAGE_READ', 'AUDIT_READ'] })
  })

  it('grant their members what a change gives and takes, at once', async () => {
    const { role } = await create(acme.ann, 'reader', ['MESSAGE_READ'])
    await assign(acme.ann, acme.bob, 'reader')
    const write = () => acme.bob.mutate('sendMessage', { recipientId: acme.ann.userId, body: 'Hello' })
    expect(await write()).toMatchObject({ __typename: 'PermissionDeniedError', permission: 'MESSAGE_WRITE' })
    const permissions = ['MESSAGE_READ', 'MESSAGE_WRITE', 'CONVERSATION_DIRECT']
    const changed = await acme.ann.mutate(
      'updateRole',
      { roleId: role.id, name: 'writer', permissions },
      ROLE,
    )
    expect(changed.role).toMatchObject({ name: 'writer', permissions })
    expect(await write()).toMatchObject({ __typename: 'SendMessagePayload' })
    await acme.ann.mutate('updateRole', { roleId: role.id, permissions: ['PRESENCE_READ'] })
    const { errors } = await acme.bob.send('{ conversations { nodes { id } } }')
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('end the subscriptions of members from whom reading is taken', async () => {
    const { role } = await create(acme.ann, 'reader', ['MESSAGE_READ'])
    await assign(acme.ann, acme.bob, 'reader')
    await using inbox = await acme.bob.inbox('')
    await acme.ann.mutate('updateRole', { roleId: role.id, permissions: ['PRESENCE_READ'] })
    await inbox.until(({ isComplete }) => isComplete)
  })

  it('give nobody more than the person has who makes, changes or assigns them', async () => {
    const lacking = { __typename: 'PermissionDeniedError', permission: 'AUDIT_READ' }
    expect(await create(acme.adam, 'spy', ['AUDIT_READ'])).toMatchObject(lacking)
    const own = await create(acme.adam, 'helper', ['MESSAGE_READ', 'MEMBER_MANAGE'])
    const more = { roleId: own.role.id, permissions: ['MEMBER_MANAGE', 'AUDIT_READ'] }
    expect(await acme.adam.mutate('updateRole', more)).toMatchObject(lacking)
    const { role } = await create(acme.ann, 'auditing', ['AUDIT_READ'])
    for (const change of [{ name: 'mine' }, { permissions: [] }])
      expect(await acme.adam.mutate('updateRole', { roleId: role.id, ...change })).toMatchObject(lacking)
    expect(await acme.adam.mutate('deleteRole', { roleId: role.id })).toMatchObject(lacking)
    const { problems } = await assign(acme.adam, acme.bob, 'auditing')
    expect(problems[0].detail).toContain('you lack AUDIT_READ yourself')
  })

  it('of the viewer cannot be changed by the viewer, nor by one who manages no members', async () => {
    const { role } = await create(acme.ann, 'manager', ['MESSAGE_READ', 'MEMBER_MANAGE'])
    await assign(acme.ann, acme.bob, 'manager')
    for (const [mutation, input] of [
      ['updateRole', { permissions: ['MEMBER_MANAGE'] }],
      ['deleteRole', {}],
    ] as const) {
      expect(await acme.bob.mutate(mutation, { roleId: role.id, ...input })).toMatchObject({
        __typename: 'PermissionDeniedError',
        detail: 'You cannot change your own role.',
      })
      expect(await acme.cal.mutate(mutation, { roleId: role.id, ...input })).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'MEMBER_MANAGE',
      })
    }
    expect(await create(acme.cal, 'mine', [])).toMatchObject({ permission: 'MEMBER_MANAGE' })
  })

  it('that every company has stay as they are', async () => {
    for (const mutation of ['updateRole', 'deleteRole'])
      expect(await acme.ann.mutate(mutation, { roleId: await roleId('member') })).toMatchObject({
        __typename: 'PermissionDeniedError',
        detail: 'Every company has this role as it is: it cannot be changed.',
      })
  })

  it('have names of their own, of one line', async () => {
    const { role } = await create(acme.ann, 'reader', [])
    const conflict = { __typename: 'ConflictError', detail: 'Another role has this name.' }
    expect(await create(acme.ann, 'reader', [])).toMatchObject(conflict)
    expect(await create(acme.ann, 'owner', [])).toMatchObject(conflict)
    expect(await acme.ann.mutate('updateRole', { roleId: role.id, name: 'owner' })).toMatchObject(conflict)
    expect(await acme.ann.mutate('updateRole', { roleId: role.id, name: 'reader' }, ROLE)).toMatchObject({
      role,
    })
    expect(await create(acme.ann, ' \u200b', [])).toMatchObject({ __typename: 'InvalidInputError' })
    expect(await create(globex.gus, 'reader', [])).toMatchObject({ __typename: 'CreateRolePayload' })
  })

  it('are deleted once nobody has them', async () => {
    const { role } = await create(acme.ann, 'reader', ['MESSAGE_READ'])
    await assign(acme.ann, acme.bob, 'reader')
    expect(await acme.ann.mutate('deleteRole', { roleId: role.id })).toMatchObject({
      __typename: 'ConflictError',
      detail: 'Members have this role, 1 in all: give them another first.',
    })
    await assign(acme.ann, acme.bob, 'member')
    const deleted = await acme.ann.mutate('deleteRole', { roleId: role.id }, 'roleId')
    expect(deleted.roleId).toBe(role.id)
    expect(await acme.ann.mutate('deleteRole', { roleId: role.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
  })

  it('of another company are not found', async () => {
    const { role } = await create(globex.gus, 'auditing', [])
    for (const mutation of ['updateRole', 'deleteRole'])
      expect(await acme.ann.mutate(mutation, { roleId: role.id })).toMatchObject({
        __typename: 'NotFoundError',
      })
  })
})
