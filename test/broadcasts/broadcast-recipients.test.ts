import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { feed, read, readersOf, see, sent, subjects, unread } from './broadcasts.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol' | 'dave'>
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
})

describe('a recipient', () => {
  it('replies only where that is allowed; the author always may', async () => {
    const { sara, bob } = acme
    const closed = await sent(sara)
    const reply = { conversationId: closed.conversation.id, body: 'Thanks' }
    expect(await bob.mutate('sendMessage', reply)).toMatchObject({ __typename: 'RepliesClosedError' })
    expect((await sara.say({ conversationId: closed.conversation.id }, 'PS')).seq).toBe(2)
    const open = await sent(sara, { repliesAllowed: true })
    expect((await bob.say({ conversationId: open.conversation.id }, 'Thanks')).seq).toBe(2)
    expect((await see(bob, open.id)).isRead).toBe(false)
  })

  it('is told at once, with the notice they want, and their other devices of the reading', async () => {
    const { sara, bob, carol } = acme
    const events =
      '... on BroadcastReceived { broadcast { id isRead } unread { total } notify } ... on ConversationRead { conversation { id } }'
    await using bobs = await bob.inbox(events)
    await using saras = await sara.inbox(events)
    const made = await sent(sara)
    await bobs.count(1)
    await saras.count(1)
    expect(bobs.events[0]).toEqual({
      __typename: 'BroadcastReceived',
      broadcast: { id: made.id, isRead: false },
      unread: { total: 1 },
      notify: true,
    })
    expect(saras.events[0]).toMatchObject({ notify: false })
    await read(bob, made.id)
    await bobs.count(2)
    expect(bobs.events[1]).toEqual({
      __typename: 'ConversationRead',
      conversation: { id: made.conversation.id },
    })
    await using carols = await carol.inbox(events)
    expect(
      await sara.mutate('remindUnreadRecipients', { broadcastId: made.id }, 'remindedCount'),
    ).toMatchObject({
      remindedCount: 4,
    })
    await carols.count(1)
    expect(carols.events[0]).toMatchObject({ __typename: 'BroadcastReceived', notify: true })
    await bobs.count(3)
    expect(bobs.events[2]).toMatchObject({ notify: false })
    expect(await bob.mutate('remindUnreadRecipients', { broadcastId: made.id })).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
    expect(await acme.alice.mutate('remindUnreadRecipients', { broadcastId: made.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
  })

  it('learns nothing of who else has read it, which its author is told live', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara, { repliesAllowed: true })
    const events = '... on ReceiptAdvanced { user { id } status } ... on MessageSent { message { body } }'
    await using saras = await sara.watch(made.conversation.id, events)
    await using carols = await carol.watch(made.conversation.id, events)
    await read(bob, made.id)
    await bob.say({ conversationId: made.conversation.id }, 'Seen')
    await saras.count(2)
    expect(saras.events[0]).toMatchObject({ user: { id: bob.userId }, status: 'READ' })
    await carols.count(1)
    expect(carols.events).toEqual([{ __typename: 'MessageSent', message: { body: 'Seen' } }])
  })

  it('hides it for themselves', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara)
    await bob.mutate('hideConversation', { conversationId: made.conversation.id })
    expect(await feed(bob)).toEqual([])
    expect(await see(bob, made.id)).toBeNull()
    expect(await unread(bob)).toEqual({ total: 0, broadcast: 0 })
    expect(subjects(await feed(carol))).toEqual(['News'])
    expect(await readersOf(sara, made.id, false)).toContain('Bob')
  })

  it('pages through the feed while broadcasts arrive', async () => {
    const { alice, sara, bob } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 100 })
    for (const at of [1, 2, 3, 4, 5]) await sent(sara, { subject: `No ${at}` })
    const page = (after?: string) =>
      bob.run(
        'query ($after: String) { broadcasts(first: 2, after: $after) { nodes { subject } pageInfo { endCursor hasNextPage } } }',
        { after },
      )
    const seen: string[] = []
    let after: string | undefined
    for (let more = true; more; ) {
      const { broadcasts } = await page(after)
      seen.push(...subjects(broadcasts.nodes))
      after = broadcasts.pageInfo.endCursor
      more = broadcasts.pageInfo.hasNextPage
      await sent(sara, { subject: 'Later' })
    }
    expect(seen).toEqual(['No 5', 'No 4', 'No 3', 'No 2', 'No 1'])
  })
})
