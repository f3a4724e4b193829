import { getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/pipeline/schema.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('the size of a page', () => {
  it.each([101, -1, 2 ** 31 - 1])('is refused at %i by every connection', async (size) => {
    const { alice, bob } = acme
    const { id: messageId, conversationId } = await alice.say({ recipientId: bob.userId }, 'a page')
    await alice.mutate('setReaction', { messageId, emoji: '👍', on: true })
    await bob.mutate('reportMessage', { messageId, reason: 'OTHER' })
    const sent = await alice.mutate(
      'sendBroadcast',
      { audience: 'USERS', userIds: [bob.userId], subject: 'a', body: 'b' },
      'broadcast { id }',
    )
    await alice.mutate('upsertGuests', { guests: [{ phone: '+14155550123', consent: 'SUBSCRIBED' }] })
    await alice.mutate('sendGuestMessage', { allSubscribed: true, body: 'a' })
    const paths = connections()
    expect(paths).toContain('Query.conversations')
    expect(paths.length).toBeGreaterThanOrEqual(7)
    for (const path of paths) {
      const answer = await alice.send(pageOf(path, size, conversationId, sent.broadcast.id))
      expect([path, answer.errors?.[0]?.extensions?.code]).toEqual([path, 'BAD_USER_INPUT'])
    }
  })

  function connections(): string[] {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType)
    return types.flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
        .map((field) => `${type.name}.${field.name}`),
    )
  }

  function pageOf(path: string, size: number, conversationId: string, broadcastId: string): string {
    const [type, field] = path.split('.')
    const required = { readers: ', read: true', searchMessages: ', text: "a"' }[String(field)] ?? ''
    const page = `${field}(first: ${size}${required}) { nodes { __typename } }`
    if (type === 'Query') return `{ ${page} }`
    if (type === 'Conversation') return `{ conversation(id: "${conversationId}") { ${page} } }`
    if (type === 'Message') return `{ conversation(id: "${conversationId}") { lastMessage { ${page} } } }`
    if (type === 'ModerationCase') return `{ moderationCases(first: 1) { nodes { ${page} } } }`
    if (type === 'MessagingState') return `{ messagingState { ${page} } }`
    if (type === 'Broadcast') return `{ broadcast(id: "${broadcastId}") { ${page} } }`
    if (type === 'GuestMessage') return `{ guestMessages(first: 1) { nodes { ${page} } } }`
    if (type === 'Guest') return `{ guests(first: 1) { nodes { ${page} } } }`
    if (type === 'Reaction')
      return `{ conversation(id: "${conversationId}") { lastMessage { reactions { ${page} } } } }`
    throw new Error(`Say here how to reach a ${type}.`)
  }
})
