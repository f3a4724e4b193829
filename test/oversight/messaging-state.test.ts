import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'

const MESSAGE = `id seq subject body metadata state author { id } conversation { id title kind lastSeq description
  lastMessage { id } messages(last: 5) { nodes { id } } }`
const STATE = `members messages broadcasts groups topSenders { user { id } sent level }
  recentMessages { nodes { ${MESSAGE} } } recentBroadcasts { nodes { id subject body readCount recipientCount } }
  activeGroups { nodes { id title description participantCount lastMessage { id } } }`

describe('the state of messaging', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal'>
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { ann: 'owner', sue: 'supervisor', bob: 'member', cal: 'member' })
  })

  const stateOf = async (by: Client): Promise<Data> =>
    (await by.run(`{ messagingState { ${STATE} } }`)).messagingState
  const ids = (list: { nodes: { id: string }[] }) => list.nodes.map(({ id }) => id)
  const putBack = (hours: number, table: string, column: string) =>
    onDatabase(
      app,
      `update ${table} set ${column} = ${column} - make_interval(hours => $2) where company_id = $1`,
      [acme.companyUuid, hours],
    )

  it('counts and lists the messages, broadcasts and groups of the last 24 hours', async () => {
    const old = await acme.bob.group('Old', [acme.cal])
    await acme.bob.say({ conversationId: old }, 'Yesterday')
    await acme.bob.mutate('createGroup', { title: 'Silent', memberIds: [] })
    await acme.ann.mutate('sendBroadcast', { audience: 'ALL', subject: 'Old', body: 'News' })
    await putBack(25, 'messages', 'created_at')
    await putBack(25, 'broadcasts', 'sent_at')
    expect(await stateOf(acme.ann)).toMatchObject({ messages: 0, broadcasts: 0, groups: 0, topSenders: [] })
    const team = await acme.bob.group('Team', [acme.cal], { access: 'PRIVATE', description: 'Secret plans' })
    const first = await acme.bob.say({ conversationId: team }, 'One')
    const second = await acme.cal.say({ recipientId: acme.bob.userId }, 'Two')
    const third = await acme.bob.say({ conversationId: team }, 'Three')
    const sent = { audience: 'USERS', userIds: [acme.cal.userId], subject: 'Read this', body: 'Please' }
    const { broadcast } = await acme.ann.mutate('sendBroadcast', sent, 'broadcast { id }')
    await acme.cal.mutate('markBroadcastRead', { broadcastId: broadcast.id })
    const state = await stateOf(acme.sue)
    expect(state).toMatchObject({ members: 4, messages: 3, broadcasts: 1, groups: 1 })
    expect(ids(state.recentMessages)).toEqual([third.id, second.id, first.id])
    expect(state.recentBroadcasts.nodes).toMatchObject([
      { id: broadcast.id, recipientCount: 1, readCount: 1 },
    ])
    // Nothing of a group that she could not find but its title and how many are in it.
    expect(state.activeGroups.nodes).toEqual([
      { id: team, title: 'Team', description: null, participantCount: 2, lastMessage: null },
    ])
    expect(state.recentMessages.nodes[0].conversation).toEqual({
      id: team,
      title: 'Team',
      kind: 'GROUP',
      lastSeq: 0,
      description: null,
      lastMessage: null,
      messages: { nodes: [] },
    })
    expect(state.topSenders).toMatchObject([
      { user: { id: acme.bob.userId }, sent: 2 },
      { user: { id: acme.cal.userId }, sent: 1 },
    ])
  })

  it('shows texts to holders of CONVERSATION_AUDIT alone, also those of messages that others see otherwise', async () => {
    const text = { subject: 'About', metadata: { from: 'test' } }
    await acme.bob.say({ recipientId: acme.sue.userId }, 'For Sue', text)
    await acme.ann.mutate('sendBroadcast', { audience: 'ALL', subject: 'News', body: 'For all' })
    const sealed = await stateOf(acme.sue)
    expect(sealed.recentMessages.nodes).toMatchObject([{ subject: null, body: null, metadata: null }])
    expect(sealed.recentBroadcasts.nodes).toMatchObject([{ subject: '', body: '' }])
    const open = await stateOf(acme.ann)
    expect(open.recentMessages.nodes).toMatchObject([{ body: 'For Sue', ...text }])
    expect(open.recentBroadcasts.nodes).toMatchObject([{ subject: 'News', body: 'For all' }])
  })

  it('leaves out what access rules keep from the viewer, unless the viewer audits', async () => {
    const team = await acme.bob.group('Team', [acme.cal])
    const accessRules = [{ effect: 'ALLOW', userId: acme.cal.userId }]
    const { id } = await acme.bob.say({ conversationId: team }, 'For Cal', { accessRules })
    expect(await stateOf(acme.sue)).toMatchObject({
      messages: 0,
      groups: 0,
      topSenders: [],
      recentMessages: { nodes: [] },
      activeGroups: { nodes: [] },
    })
    const state = await stateOf(acme.ann)
    expect(state).toMatchObject({ messages: 1, groups: 1, topSenders: [{ sent: 1 }] })
    expect(state.recentMessages.nodes).toMatchObject([{ id, body: 'For Cal' }])
  })

  it('has retracted messages without their texts, and none that are held', async () => {
    const { id } = await acme.bob.say({ recipientId: acme.cal.userId }, 'Gone')
    await acme.bob.mutate('retractMessage', { messageId: id })
    const held = await acme.bob.say({ recipientId: acme.cal.userId }, 'Held')
    await onDatabase(
      app,
      `update messages set state = 'HELD', seq = null, submitted_at = now() where company_id = $1 and seq = $2`,
      [acme.companyUuid, held.seq],
    )
    const { messages, recentMessages } = await stateOf(acme.ann)
    expect(messages).toBe(1)
    expect(recentMessages.nodes).toMatchObject([{ id, state: 'RETRACTED', body: null }])
  })

  it('pages through its lists without skipping or repeating', async () => {
    const said: string[] = []
    for (const body of ['One', 'Two', 'Three', 'Four', 'Five'])
      said.push((await acme.bob.say({ recipientId: acme.cal.userId }, body)).id)
    // Messages with one and the same time are told apart by their ids.
    await onDatabase(app, 'update messages set created_at = date_trunc($2, now()) where company_id = $1', [
      acme.companyUuid,
      'second',
    ])
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const { messagingState } = await acme.sue.run(
        `query ($after: String) { messagingState { recentMessages(first: 2, after: $after) {
          nodes { id } pageInfo { endCursor hasNextPage } } } }`,
        { after },
      )
      seen.push(...ids(messagingState.recentMessages))
      const { hasNextPage, endCursor } = messagingState.recentMessages.pageInfo as Data
      if (!hasNextPage) break
      after = endCursor
    }
    expect(seen.toSorted()).toEqual(said.toSorted())
  })

  it('is for holders of MESSAGE_MODERATE, of their own company', async () => {
    await acme.bob.say({ recipientId: acme.cal.userId }, 'Here')
    const document = '{ messagingState { messages recentMessages { nodes { id } } } }'
    expect((await acme.bob.send(document)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    const globex = await app.company('Globex', { gus: 'owner' })
    expect(await globex.gus.run(document)).toEqual({
      messagingState: { messages: 0, recentMessages: { nodes: [] } },
    })
  })
})

describe('the load of a sender', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob' | 'cal' | 'dan'>
  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member', dan: 'member' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const levels = async (): Promise<Record<string, string>> => {
    const { messagingState } = await acme.ann.run('{ messagingState { topSenders { user { id } level } } }')
    const names = new Map(
      [acme.bob, acme.cal, acme.dan].map((each, at) => [each.userId, ['bob', 'cal', 'dan'][at]]),
    )
    return Object.fromEntries(
      messagingState.topSenders.map((each: Data) => [names.get(each.user.id), each.level]),
    )
  }
  const send = async (by: Client, times: number) => {
    for (let time = 0; time < times; time += 1) await by.say({ recipientId: acme.ann.userId }, `No. ${time}`)
  }

  it('is heavy from half of a limit on, and over the cap once others are refused', async () => {
    const sendLimits = [
      { max: 1_000, perSeconds: 60 },
      { max: 4, perSeconds: 3_600 },
    ]
    await acme.ann.mutate('updateCompanySettings', { sendLimits })
    await send(acme.bob, 4)
    await send(acme.cal, 2)
    await send(acme.dan, 1)
    const refused = await acme.bob.send(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      { input: { recipientId: acme.ann.userId, body: 'Too many' } },
    )
    expect(refused.errors?.[0]?.extensions?.code).toBe('RATE_LIMITED')
    expect(await levels()).toEqual({ bob: 'OVER_CAP', cal: 'HEAVY', dan: 'NORMAL' })
  })

  it('is that of the busiest window of the day, not of the day', async () => {
    // The same messages, two hours apart.
    await onDatabase(
      app,
      `update messages m set created_at = m.created_at - make_interval(hours => 2 * m.seq)
        where company_id = $1 and author_id in ($2, $3)`,
      [acme.companyUuid, acme.bob.uuid, acme.cal.uuid],
    )
    expect(await levels()).toEqual({ bob: 'NORMAL', cal: 'NORMAL', dan: 'NORMAL' })
  })
})
