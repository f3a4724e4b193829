import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

const ACTIVITY = `... on ConversationActivity { conversation { id unreadCount } message { seq body author { name } } unread { total } notify cursor }
  ... on ConversationRead { conversation { id unreadCount } unread { total } cursor }`

describe('live delivery', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol'>
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('brings a message to the inbox of its recipient, and its reading to the other devices', async () => {
    const { alice, bob } = acme
    await using inbox = await bob.inbox(ACTIVITY)
    const sent = await alice.say({ recipientId: bob.userId }, 'Hello Bob')
    const activity = await inbox.event((event) => event.__typename === 'ConversationActivity')
    expect(activity).toMatchObject({
      conversation: { id: sent.conversationId, unreadCount: 1 },
      message: { seq: 1, body: 'Hello Bob', author: { name: 'Alice Acme' } },
      unread: { total: 1 },
      notify: true,
    })
    await bob.mutate('markRead', { conversationId: sent.conversationId })
    const read = await inbox.event((event) => event.__typename === 'ConversationRead')
    expect(read).toMatchObject({ conversation: { unreadCount: 0 }, unread: { total: 0 } })
  })
})
