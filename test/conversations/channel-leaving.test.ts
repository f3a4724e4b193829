import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const see = async (by: Client, id: string): Promise<Data> =>
  (
    await by.run(
      'query ($id: ID!) { conversation(id: $id) { isMember viewerRole allowedActions participantCount } }',
      { id },
    )
  ).conversation

describe('a department channel', () => {
  it('is left by an admin alone, and only while it follows none of their departments', async () => {
    const { olga, bob, carol } = await app.company('Acme', { olga: 'owner', bob: 'member', carol: 'member' })
    const move = (who: Client, department: string | null) =>
      olga.mutate('syncMembers', {
        members: [{ externalId: who.externalId, name: who.externalId, department }],
      })
    await move(bob, 'Legal')
    const made = await olga.mutate(
      'createDepartmentChannel',
      { title: 'Channel', departments: ['Legal'] },
      'conversation { id }',
    )
    const { id } = made.conversation
    await olga.mutate('addParticipants', { conversationId: id, userIds: [carol.userId] })
    const leave = async (who: Client) => [
      (await see(who, id)).allowedActions.includes('LEAVE'),
      (await who.mutate('leaveGroup', { groupId: id })).__typename,
    ]
    const refused = [false, 'MembershipManagedError']
    expect([await leave(bob), await leave(carol)]).toEqual([refused, refused])
    await move(olga, ' legal ')
    expect(await leave(olga)).toEqual(refused)
    await move(olga, 'Press')
    expect(await leave(olga)).toEqual([true, 'LeaveGroupPayload'])
    expect(await see(olga, id)).toMatchObject({ isMember: false })
    // Somebody else is admin now, who stays while the department keeps them.
    expect(await see(bob, id)).toMatchObject({ viewerRole: 'ADMIN', participantCount: 2 })
    expect(await leave(bob)).toEqual(refused)
  })
})
