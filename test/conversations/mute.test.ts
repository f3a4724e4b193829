import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { tableContents } from '../support/table-contents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

async function titlesOf(client: Client, filter: Data): Promise<string[]> {
  const query = 'query ($filter: ConversationFilter) { conversations(filter: $filter) { nodes { title } } }'
  return (await client.run(query, { filter })).conversations.nodes.map(({ title }: Data) => title)
}

describe('a mute', () => {
  let acme: TestCompany<'alice' | 'bob'>
  let group: string
  beforeEach(async () => {
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    group = await acme.alice.group('Noise', [acme.bob])
    await acme.alice.say({ recipientId: acme.bob.userId }, 'direct')
    await acme.alice.say({ conversationId: group }, 'noise')
  })
  const MUTED = 'conversation { isMuted mutedUntil unreadCount }'
  const mute = (until?: string | null): Promise<Data> =>
    acme.bob.mutate(
      'muteConversation',
      { conversationId: group, ...(until !== undefined && { until }) },
      MUTED,
    )
  const unread = async () =>
    (await acme.bob.run('{ viewer { unread { total direct group mentions } } }')).viewer.unread

  it('holds for good or until a time, keeps the count of its conversation and leaves the totals', async () => {
    const { bob } = acme
    expect(await unread()).toEqual({ total: 2, direct: 1, group: 1, mentions: 0 })
    const later = new Date(Date.now() + 3_600_000).toISOString()
    for (const until of [undefined, null, later]) {
      const muted = await mute(until)
      expect(muted.conversation).toEqual({ isMuted: true, mutedUntil: until ?? null, unreadCount: 1 })
    }
    expect(await unread()).toEqual({ total: 1, direct: 1, group: 0, mentions: 0 })
    expect(await titlesOf(bob, { muted: true })).toEqual(['Noise'])
    expect(await titlesOf(bob, { muted: false })).toEqual(['Alice Acme'])
    expect(await titlesOf(bob, { unreadOnly: true })).toEqual(['Noise', 'Alice Acme'])
    const unmuted = await bob.mutate('unmuteConversation', { conversationId: group }, MUTED)
    expect(unmuted.conversation).toEqual({ isMuted: false, mutedUntil: null, unreadCount: 1 })
    expect(await unread()).toMatchObject({ total: 2, group: 1 })
    expect((await bob.mutate('unmuteConversation', { conversationId: group })).__typename).toBe(
      'UnmuteConversationPayload',
    )
    const { conversation } = await acme.alice.run('query ($id: ID!) { conversation(id: $id) { isMuted } }', {
      id: group,
    })
    expect(conversation).toEqual({ isMuted: false })
  })

  it('is not needed by who wants no notifications at all', async () => {
    const { alice, bob } = acme
    await using events = await bob.inbox('... on ConversationActivity { message { body } notify }')
    const prefer = (on: boolean) =>
      bob.run(
        'mutation ($on: Boolean) { updatePreferences(input: { browserNotifications: $on }) { __typename } }',
        { on },
      )
    await alice.say({ conversationId: group }, 'wanted')
    await events.count(1)
    await prefer(false)
    await alice.say({ conversationId: group }, 'not wanted', { mentionIds: [bob.userId] })
    await events.count(2)
    await prefer(true)
    await alice.say({ conversationId: group }, 'wanted again')
    await events.count(3)
    expect(events.events.map(({ notify }) => notify)).toEqual([true, false, true])
  })

  it('lets mentions through', async () => {
    const { alice, bob } = acme
    await mute()
    await using events = await bob.inbox('... on ConversationActivity { message { body } notify }')
    await alice.say({ conversationId: group }, 'more noise')
    await alice.say({ conversationId: group }, 'Bob, listen', { mentionIds: [bob.userId] })
    const seen = await events.count(2)
    expect(seen.map(({ message, notify }) => [message.body, notify])).toEqual([
      ['more noise', false],
      ['Bob, listen', true],
    ])
    expect(await unread()).toEqual({ total: 2, direct: 1, group: 1, mentions: 1 })
  })

  it('ends by itself', async () => {
    const until = new Date(Date.now() + 8_000)
    await mute(until.toISOString())
    expect(await titlesOf(acme.bob, { muted: true })).toEqual(['Noise'])
    await expect.poll(() => titlesOf(acme.bob, { muted: true }), { timeout: 30_000 }).toEqual([])
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime())
    expect(await unread()).toMatchObject({ total: 2 })
  })

  it('is refused in the past, on a day that is none, and on a conversation that is not there', async () => {
    const { alice, bob } = acme
    for (const until of ['2020-01-01T00:00:00.000Z', new Date(Date.now() - 1).toISOString()]) {
      expect(await mute(until)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['until'], detail: 'The end of a mute lies in the future.' }],
      })
    }
    for (const until of ['2099-02-31T00:00:00.000Z', 'tomorrow', '2099-01-01', 7]) {
      const { errors } = await bob.send(
        'mutation ($input: MuteConversationInput!) { muteConversation(input: $input) { __typename } }',
        { input: { conversationId: group, until } },
      )
      expect([until, errors?.[0]?.extensions?.code]).toEqual([until, 'BAD_USER_INPUT'])
    }
    const hidden = await alice.group('Hidden', [], { access: 'PRIVATE' })
    const listed = await alice.group('Listed', [])
    for (const [conversationId, __typename] of [
      [hidden, 'NotFoundError'],
      [listed, 'PermissionDeniedError'],
    ]) {
      for (const field of ['muteConversation', 'unmuteConversation'])
        expect(await bob.mutate(field, { conversationId })).toMatchObject({ __typename })
    }
    const malformed = await bob.mutate('muteConversation', { conversationId: bob.userId })
    expect(malformed).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['conversationId'] }],
    })
    expect(await titlesOf(bob, { muted: true })).toEqual([])
  })

  /** Mutes the group until then, given in a variable and in the document. */
  const muteBothWays = (until: string) => {
    const ending = '{ ... on MuteConversationPayload { conversation { mutedUntil } } }'
    const muteUntil = (value: string) =>
      `muteConversation(input: { conversationId: $id, until: ${value} }) ${ending}`
    return Promise.all([
      acme.bob.send(`mutation ($id: ID!, $until: DateTime) { ${muteUntil('$until')} }`, { id: group, until }),
      acme.bob.send(`mutation ($id: ID!) { ${muteUntil(`"${until}"`)} }`, { id: group }),
    ])
  }

  it.each(['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999+14:00'])(
    'until %s is taken',
    async (until) => {
      for (const { data } of await muteBothWays(until))
        expect(data.muteConversation.conversation).toEqual({ mutedUntil: new Date(until).toISOString() })
    },
  )

  it.each([
    '9999-12-31T23:59:59.999-00:01',
    '9999-12-31T23:59:59-23:59',
    '0000-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00+00:01',
  ])('until %s is refused, being outside the years 1 to 9999', async (until) => {
    for (const { data, errors } of await muteBothWays(until)) {
      expect({ data, code: errors?.[0]?.extensions?.code }).toEqual({
        data: undefined,
        code: 'BAD_USER_INPUT',
      })
      expect(errors?.[0]?.message).toContain('A DateTime is within the years 1 to 9999 in UTC.')
    }
  })

  it('leaves a direct conversation alone that the other side has not begun', async () => {
    const carols = await app.company('Begun', { carol: 'member', dora: 'member' })
    const { carol, dora } = carols
    const started = await carol.mutate(
      'startDirectConversation',
      { userId: dora.userId },
      'conversation { id }',
    )
    // Signing in for the first time writes the tie to the login.
    await dora.run('{ viewer { user { id } } }')
    const before = await tableContents(app.database.adminUrl)
    expect(await dora.mutate('muteConversation', { conversationId: started.conversation.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    expect(await tableContents(app.database.adminUrl)).toEqual(before)
  })
})
