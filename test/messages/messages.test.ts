import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const MESSAGE = `id seq depth body subject priority state status metadata clientMessageId createdAt editedAt retractedAt replyCount
  author { id } parent { id } mentions { id } conversation { id }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function read(viewer: Client, id: string, selection = MESSAGE) {
  const { message } = await viewer.run(`query ($id: ID!) { message(id: $id) { ${selection} } }`, { id })
  return message
}

describe('a sent message', () => {
  it('has everything its sender gave it, for the sender and for the recipient', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Everything', [bob])
    const metadata = { order: { id: 'A-17', lines: [1, 2.5, null, true] } }
    const { message } = await alice.mutate(
      'sendMessage',
      {
        conversationId: group,
        body: 'The order is in',
        subject: 'Order A-17',
        priority: 'URGENT',
        mentionIds: [bob.userId, bob.userId],
        metadata,
        clientMessageId: 'draft-1',
      },
      `message { ${MESSAGE} }`,
    )
    const expected = {
      seq: 1,
      depth: 0,
      body: 'The order is in',
      subject: 'Order A-17',
      priority: 'URGENT',
      state: 'POSTED',
      metadata,
      editedAt: null,
      retractedAt: null,
      replyCount: 0,
      author: { id: alice.userId },
      parent: null,
      mentions: [{ id: bob.userId }],
      conversation: { id: group },
    }
    expect(message).toMatchObject({ ...expected, status: 'SENT', clientMessageId: 'draft-1' })
    expect(await read(alice, message.id)).toEqual(message)
    expect(await read(bob, message.id)).toEqual({ ...message, status: null, clientMessageId: null })
  })

  it('is NORMAL and has neither subject nor metadata unless they are given', async () => {
    const sent = await acme.alice.say({ recipientId: acme.bob.userId }, 'Plain', {
      subject: null,
      priority: null,
      metadata: null,
      mentionIds: null,
      parentId: null,
    })
    expect(await read(acme.bob, sent.id)).toMatchObject({
      priority: 'NORMAL',
      subject: null,
      metadata: null,
      mentions: [],
    })
  })

  it('starts a direct conversation or goes on with it, from either side', async () => {
    const { carol, dave } = acme
    const first = await carol.say({ recipientId: dave.userId }, 'Hello')
    const second = await dave.say({ recipientId: carol.userId }, 'Hello yourself')
    const third = await carol.say({ conversationId: first.conversationId }, 'Well met')
    expect([second.conversationId, third.conversationId]).toEqual([
      first.conversationId,
      first.conversationId,
    ])
    expect([first.seq, second.seq, third.seq]).toEqual([1, 2, 3])
  })

  it('meets the other first message in one conversation when both write at the same instant', async () => {
    const globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0
          ? globex.gina.say({ recipientId: globex.greg.userId }, `g${index}`)
          : globex.greg.say({ recipientId: globex.gina.userId }, `g${index}`),
      ),
    )
    expect(new Set(sent.map(({ conversationId }) => conversationId)).size).toBe(1)
    expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('needs CONVERSATION_DIRECT to start a direct conversation, and only then', async () => {
    const { alice, bob } = await app.company('Initech', { alice: 'owner', bob: 'member' })
    const setRole = (permissions: string[]) =>
      withClient(app.database.adminUrl, (admin) =>
        admin.query(
          `update roles set permissions = $2 where (company_id, id) in (select company_id, role_id from users where id = $1)`,
          [bob.uuid, permissions],
        ),
      )
    await setRole(['MESSAGE_READ', 'MESSAGE_WRITE'])
    const refused = await bob.mutate('sendMessage', { recipientId: alice.userId, body: 'Me first' })
    expect(refused).toMatchObject({ __typename: 'PermissionDeniedError', permission: 'CONVERSATION_DIRECT' })
    expect(
      await bob.run('query ($id: ID!) { directConversation(userId: $id) { id } }', { id: alice.userId }),
    ).toEqual({ directConversation: null })
    await alice.say({ recipientId: bob.userId }, 'You may answer')
    expect(await bob.say({ recipientId: alice.userId }, 'Thank you')).toMatchObject({ seq: 2 })
  })

  it.each([
    ['emoji', '👩‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['right-to-left text', 'שלום \u202bעולם\u202c مرحبا'],
    ['combining marks, composed and not', 'e\u0301 é n\u0303 각 각'],
    ['line ends and tabs', '\r\nline\r\n\tline\n\rline\u2028\u2029 \n'],
    ['white space around it', '   spaces stay  \n\n'],
    ['quotes and markup', `'; drop table messages; -- "\\" <script>&amp;</script> \${x} $1 %s`],
    ['control characters', 'bell\u0007 escape\u001b delete\u007f bom\ufeff'],
    ['noncharacters', 'x\uffff \ufffe \u{10ffff}'],
  ])('keeps %s as they were given', async (_name, body) => {
    const sent = await acme.alice.say({ recipientId: acme.bob.userId }, body, { subject: `x${body}` })
    expect(await read(acme.bob, sent.id, 'body subject')).toEqual({ body, subject: `x${body}` })
  })

  it.each([
    [[]],
    [[1, 'two', null]],
    ['text'],
    [17],
    [false],
    [{ '\0': '\ud800', __proto__x: 1, toJSON: 'no' }],
    [{ a: { b: { c: {} } } }],
  ])('keeps the metadata %j', async (metadata) => {
    const sent = await acme.alice.say({ recipientId: acme.bob.userId }, 'With metadata', { metadata })
    expect((await read(acme.bob, sent.id, 'metadata')).metadata).toEqual(metadata)
  })

  it('is seen by the people of its conversation alone', async () => {
    const sent = await acme.alice.say({ recipientId: acme.bob.userId }, 'Between us')
    expect(await read(acme.carol, sent.id)).toBeNull()
    const { node } = await acme.carol.run('query ($id: ID!) { node(id: $id) { id } }', { id: sent.id })
    expect(node).toBeNull()
  })

  it('comes to everybody in the conversation, to the sender’s other devices too', async () => {
    const { alice, bob, carol } = acme
    const group = await alice.group('Live', [bob, carol])
    const selection = '... on MessageSent { message { id seq body } }'
    await using own = await alice.watch(group, selection)
    await using others = await bob.watch(group, selection)
    const sent = await alice.say({ conversationId: group }, 'All hands')
    const expected = { __typename: 'MessageSent', message: { id: sent.id, seq: 1, body: 'All hands' } }
    expect((await own.count(1))[0]).toEqual(expected)
    expect((await others.count(1))[0]).toEqual(expected)
  })

  it('is in the sent items of its author, latest first, until the author leaves', async () => {
    const { alice, bob } = await app.company('Hooli', { alice: 'owner', bob: 'member' })
    const group = await alice.group('Work', [bob])
    const one = await bob.say({ conversationId: group }, 'One')
    await alice.say({ conversationId: group }, 'Not his')
    const two = await bob.say({ recipientId: alice.userId }, 'Two')
    const sentMessages = async () => {
      const { sentMessages } = await bob.run('{ sentMessages { nodes { id } } }')
      return sentMessages.nodes.map(({ id }: { id: string }) => id)
    }
    expect(await sentMessages()).toEqual([two.id, one.id])
    await bob.mutate('leaveGroup', { groupId: group })
    expect(await sentMessages()).toEqual([two.id])
  })
})

describe('sending', () => {
  it('is one round trip to the database, whoever used the connection before', async () => {
    const { alice, bob, carol } = acme
    const group = await alice.group('Round trips', [bob, carol])
    const mutation =
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on SendMessagePayload { message { id seq body } } } }'
    const send = (sender: Client, key?: string) =>
      sender.run(mutation, { input: { conversationId: group, body: 'Counted', idempotencyKey: key } })
    for (const sender of [alice, bob, carol]) await send(sender)
    const query = vi.spyOn(pg.Client.prototype, 'query')
    try {
      for (const [turn, sender] of [alice, bob, carol, alice].entries()) {
        await send(sender)
        await send(sender, `round trip ${turn}`)
      }
      // Of pg's many ways to ask, the product takes the one with an object.
      const names = query.mock.calls.flatMap(([config], call) => {
        const client = query.mock.contexts[call] as pg.Client & { user: string }
        return client.user === 'colloquy_app' ? [(config as unknown as { name: string }).name] : []
      })
      // Once a second and member, the server looks up the membership, the role and the settings anew.
      const lookingUp = ['find_memberships', 'load_viewer', 'bind_tenant']
      expect(names.filter((name) => !lookingUp.includes(name))).toEqual(Array(8).fill('send_messages'))
      expect(names.filter((name) => name === 'find_memberships').length).toBeLessThan(8)
      const lookUps = names.filter((name) => name === 'find_memberships' || name === 'load_viewer').length
      expect(names.filter((name) => name === 'bind_tenant').length).toBeLessThanOrEqual(lookUps)
    } finally {
      query.mockRestore()
    }
  })
})
