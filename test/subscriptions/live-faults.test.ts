import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'
import { cursorsOf, followInbox, type Transport } from '../support/following.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())

describe.each<Transport>(['WebSocket', 'SSE'])('an event over %s', (transport) => {
  it('that is damaged tells a reference and nothing else, and the rest goes on', async () => {
    const { alice, bob } = acme
    const { inbox: after } = await cursorsOf(bob, groupId)
    const { seq } = await alice.say({ conversationId: groupId }, 'to be damaged')
    await alice.say({ conversationId: groupId }, 'sound')
    await query(app.database.adminUrl, `update messages set body = '\\x00' where seq = ${seq}`)
    await using inbox = followInbox(
      bob,
      transport,
      '... on ConversationActivity { message { seq body } }',
      after,
    )
    const [damaged, sound] = await inbox.until(({ answers }) => answers.length >= 2 && answers)
    expect(damaged).toMatchObject({ data: { inboxEvents: { message: { seq, body: null } } } })
    expect(damaged?.errors).toMatchObject([
      { extensions: { code: 'INTERNAL_SERVER_ERROR', reference: expect.any(String) } },
    ])
    const { reference } = damaged?.errors?.[0]?.extensions ?? {}
    expect(damaged?.errors?.[0]?.message).toBe(
      `Something went wrong on our side; the reference is ${reference}.`,
    )
    expect(app.logged.some((line) => line.reference === reference)).toBe(true)
    expect(sound).toMatchObject({ data: { inboxEvents: { message: { body: 'sound' } } } })
  })

  it('that cannot be delivered at all is the last answer, so that nothing is passed over', async () => {
    const { alice, bob } = acme
    const { inbox: after } = await cursorsOf(bob, groupId)
    const tooLong = '... on ConversationActivity { conversation { messages(first: 101) { nodes { id } } } }'
    await using inbox = followInbox(bob, transport, tooLong, after)
    await alice.say({ conversationId: groupId }, 'one')
    await alice.say({ conversationId: groupId }, 'two')
    await inbox.until(({ isComplete }) => isComplete)
    expect(inbox.answers.map(({ errors }) => errors?.[0]?.extensions?.code)).toEqual(['BAD_USER_INPUT'])
  })
})
