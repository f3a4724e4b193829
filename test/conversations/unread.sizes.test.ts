import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { step, totals, UnreadModel } from './unread-model.ts'
import { takeStep } from './unread-steps.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('unread counts', () => {
  it('equal a recount after every step, as the API gives them', { timeout: 240_000 }, async () => {
    const histories = fc.sample(fc.array(step, { minLength: 8, maxLength: 16 }), {
      numRuns: 12,
      seed: 20261121,
    })
    for (const history of histories) {
      const { alice, bob, carol } = await app.company('Acme', {
        alice: 'owner',
        bob: 'member',
        carol: 'member',
      })
      const people = [alice, bob, carol]
      const direct = new UnreadModel({ members: [0, 1], isFixed: true })
      direct.take({ do: 'send', by: 0, mentions: [] })
      const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Starts it')
      const conversations = [
        {
          kind: 'GROUP',
          id: await alice.group('Group', [bob]),
          model: new UnreadModel({ members: [0, 1], isFixed: false }),
        },
        { kind: 'DIRECT', id: conversationId, model: direct },
      ]
      for (const [turn, wanted] of history.entries()) {
        const conversation = conversations[turn % 3 === 2 ? 1 : 0]
        const taken = conversation?.model.take(wanted)
        if (!conversation || !taken) continue
        await takeStep(people, conversation.id, taken)
        for (const [person, client] of people.entries()) {
          const seen = await readUnread(
            client,
            conversations.map(({ id }) => id),
          )
          const expected = conversations.map(({ model }) => model.expected(person))
          expect({ history, seen }).toEqual({
            history,
            seen: {
              unread: totals(conversations, person),
              conversations: expected.map((counts) => ({
                unreadCount: counts?.unreadCount ?? 0,
                hasUnreadMention: (counts?.mentions ?? 0) > 0,
                unreadFromSeq: counts?.unreadFrom ?? null,
                firstUnreadMentionSeq: counts?.firstMention ?? null,
              })),
              unreadOnly: conversations
                .filter((_, at) => expected[at]?.unreadCount)
                .map(({ id }) => id)
                .sort(),
            },
          })
        }
      }
    }
  })
})

const NOTHING_UNREAD = {
  unreadCount: 0,
  hasUnreadMention: false,
  unreadFromSeq: null,
  firstUnreadMentionSeq: null,
}

async function readUnread(client: Client, ids: string[]) {
  const { viewer, nodes, conversations } = await client.run(
    `query ($ids: [ID!]!) {
      viewer { unread { total direct group broadcast global context mentions } }
      nodes(ids: $ids) { ... on Conversation { unreadCount hasUnreadMention unreadFromSeq firstUnreadMentionSeq } }
      conversations(filter: { unreadOnly: true }) { nodes { id } }
    }`,
    { ids },
  )
  return {
    unread: viewer.unread,
    conversations: nodes.map((node: Data) => node ?? NOTHING_UNREAD),
    unreadOnly: conversations.nodes.map(({ id }: { id: string }) => id).sort(),
  }
}
