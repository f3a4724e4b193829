import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  app = await sharedApp()
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function see(by: Client, id: string, fields = 'id'): Promise<Data> {
  return (await by.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation
}

const join = (by: Client, groupId: string) => by.mutate('joinGroup', { groupId })
const leave = (by: Client, groupId: string) => by.mutate('leaveGroup', { groupId })
const remove = (by: Client, conversationId: string, who: Client) =>
  by.mutate('removeParticipant', { conversationId, userId: who.userId })

describe('at the same instant', () => {
  it('two admins leave, and the group has an admin still', async () => {
    const { alice, bob, carol } = acme
    for (let round = 0; round < 5; round++) {
      const group = await alice.group(`Round ${round}`, [bob, carol])
      await alice.mutate('changeParticipantRole', {
        conversationId: group,
        userId: bob.userId,
        role: 'ADMIN',
      })
      const results = await Promise.all([leave(alice, group), leave(bob, group)])
      expect(results.map(({ __typename }) => __typename)).toEqual(['LeaveGroupPayload', 'LeaveGroupPayload'])
      const { participants } = await see(carol, group, 'participants { nodes { role user { name } } }')
      expect(participants.nodes).toEqual([{ role: 'ADMIN', user: { name: 'Carol Acme' } }])
    }
  })

  it('somebody is removed and sends: nothing gets in after the removal', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Cut off', [bob])
    await using events = await alice.watch(
      group,
      '... on MessageSent { message { seq body } } ... on ParticipantsChanged { left { name } }',
    )
    const say = (body: string) =>
      bob.mutate('sendMessage', { conversationId: group, body }, 'message { seq }')
    const sends = Array.from({ length: 20 }, (_, index) => say(`message ${index}`))
    const removal = Promise.all(sends.slice(0, 3)).then(() => remove(alice, group, bob))
    const late = removal.then(() => say('too late'))
    const results: Data[] = await Promise.all(sends)
    expect(await removal).toHaveProperty('__typename', 'RemoveParticipantPayload')
    expect(await late).toMatchObject({ __typename: 'PermissionDeniedError' })
    const accepted = results.filter(({ message }) => message).length
    const refused = results.filter(({ __typename }) => __typename === 'PermissionDeniedError').length
    expect(accepted + refused).toBe(20)
    const seen = await events.count(accepted + 1)
    // Events are in commit order: the removal is the last of them.
    expect(seen.map(({ message }) => message?.seq ?? 'left')).toEqual([
      ...Array.from({ length: accepted }, (_, index) => index + 1),
      'left',
    ])
    expect(await see(alice, group, 'lastSeq')).toEqual({ lastSeq: accepted })
  })

  it('the last member leaves and somebody joins: either it goes on or it is closed, never in between', async () => {
    const { alice, bob } = acme
    for (let round = 0; round < 10; round++) {
      const group = await alice.group(`Last call ${round}`)
      const [left, joined] = await Promise.all([leave(alice, group), join(bob, group)])
      expect(left.__typename).toBe('LeaveGroupPayload')
      if (joined.__typename === 'JoinGroupPayload') {
        const { participants } = await see(bob, group, 'participants { nodes { role } }')
        expect(participants.nodes).toEqual([{ role: 'ADMIN' }])
      } else {
        expect(joined).toEqual({ __typename: 'NotFoundError', detail: 'There is no such group.' })
        expect(await see(bob, group)).toBeNull()
      }
    }
  })

  it('twenty people join, and twenty are in, each once', async () => {
    const names = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`p${index}`, 'member']))
    const crowd = await app.company('Crowd', { host: 'owner', ...names } as Record<string, string>)
    const host = crowd.host as Client
    const people = Object.keys(names).map((name) => crowd[name] as Client)
    const group = await host.group('Door')
    await using events = await host.watch(group, '... on ParticipantsChanged { joined { id } left { id } }')
    const results = await Promise.all(people.flatMap((person) => [join(person, group), join(person, group)]))
    expect(new Set(results.map(({ __typename }) => __typename))).toEqual(new Set(['JoinGroupPayload']))
    expect(await see(host, group, 'participantCount')).toEqual({ participantCount: 21 })
    const joined = (await events.count(20)).flatMap((event) => event.joined.map(({ id }: Data) => id))
    expect(joined.sort()).toEqual(people.map(({ userId }) => userId).sort())
  })
})
