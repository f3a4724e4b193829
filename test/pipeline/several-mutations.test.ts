import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('each mutation of an operation', () => {
  it('answers with the unread counts after its own write', async () => {
    const { alice, bob } = acme
    const first = await alice.group('First', [bob])
    const second = await alice.group('Second', [bob])
    for (const conversationId of [first, second]) await alice.say({ conversationId }, 'News')
    const { a, refused, b, c } = await bob.run(
      `mutation ($first: ID!, $second: ID!) {
        a: markRead(input: { conversationId: $first }) { ...Read }
        refused: markRead(input: { conversationId: "nothing" }) { __typename }
        b: markRead(input: { conversationId: $second }) { ...Read }
        c: markUnread(input: { conversationId: $first, fromSeq: 1 }) {
          ... on MarkUnreadPayload { unread { total group } conversation { unreadCount } }
        }
      }
      fragment Read on MarkReadPayload { unread { total group } conversation { unreadCount } }`,
      { first, second },
    )
    expect(refused).toEqual({ __typename: 'InvalidInputError' })
    expect([a, b, c]).toEqual([
      { unread: { total: 1, group: 1 }, conversation: { unreadCount: 0 } },
      { unread: { total: 0, group: 0 }, conversation: { unreadCount: 0 } },
      { unread: { total: 1, group: 1 }, conversation: { unreadCount: 1 } },
    ])
  })

  it('answers with titles and members after its own write', async () => {
    const { alice, bob } = acme
    const conversationId = await alice.group('Old title')
    const sent = `sendMessage(input: { conversationId: $group, body: "Hello" }) {
      ... on SendMessagePayload { message { seq conversation { title participantCount lastSeq } } }
    }`
    const answers = await alice.run(
      `mutation ($group: ID!, $bob: ID!) {
        a: ${sent}
        updateGroup(input: { groupId: $group, title: "New title" }) { __typename }
        b: ${sent}
        addParticipants(input: { conversationId: $group, userIds: [$bob] }) { __typename }
        c: ${sent}
      }`,
      { group: conversationId, bob: bob.userId },
    )
    expect([answers.a, answers.b, answers.c].map(({ message }) => message)).toEqual([
      { seq: 1, conversation: { title: 'Old title', participantCount: 1, lastSeq: 1 } },
      { seq: 2, conversation: { title: 'New title', participantCount: 1, lastSeq: 2 } },
      { seq: 3, conversation: { title: 'New title', participantCount: 2, lastSeq: 3 } },
    ])
  })

  it('answers with names after its own write', async () => {
    const { alice, bob } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Who reads this?')
    await bob.mutate('markRead', { conversationId })
    const read = `markRead(input: { conversationId: $id }) { ... on MarkReadPayload { conversation {
      title counterpart { name } messages { nodes { receipts { nodes { user { name } } } } }
    } } }`
    const answers = await alice.run(
      `mutation ($id: ID!, $members: [MemberInput!]!) {
        before: ${read}
        syncMembers(input: { members: $members }) { __typename }
        after: ${read}
      }`,
      { id: conversationId, members: [{ externalId: bob.externalId, name: 'Robert' }] },
    )
    const called = (name: string) => ({
      conversation: {
        title: name,
        counterpart: { name },
        messages: { nodes: [{ receipts: { nodes: [{ user: { name } }] } }] },
      },
    })
    expect([answers.before, answers.after]).toEqual([called('Bob Acme'), called('Robert')])
  })
})
