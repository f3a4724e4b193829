import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'

const SELECTION = 'message { id seq body subject } conversation { id }'
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  __typename ... on SendMessagePayload { message { id seq } } ... on UserError { detail } } }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

function send(sender: Client, input: Record<string, unknown>, headers: Record<string, string> = {}) {
  return sender.mutate('sendMessage', input, SELECTION, headers)
}

async function bodies(viewer: Client, conversationId: string): Promise<string[]> {
  const { conversation } = await viewer.run(
    'query ($id: ID!) { conversation(id: $id) { messages { nodes { body } } } }',
    { id: conversationId },
  )
  return conversation.messages.nodes.map(({ body }: { body: string }) => body)
}

describe('a send with an idempotency key', () => {
  it('gives the same message again, and nothing happens twice', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Again', [bob])
    await using events = await bob.watch(group, '... on MessageSent { message { seq } }')
    const input = { conversationId: group, body: 'Once', subject: 'Only', idempotencyKey: 'again' }
    const first = await send(alice, input)
    await alice.say({ conversationId: group }, 'Between')
    const second = await send(alice, input)
    expect(first).toMatchObject({ __typename: 'SendMessagePayload', message: { seq: 1, body: 'Once' } })
    expect(second).toEqual(first)
    await alice.say({ conversationId: group }, 'After')
    const received = await events.count(3)
    expect(received.map(({ message }) => message.seq)).toEqual([1, 2, 3])
    expect(await bodies(bob, group)).toEqual(['Once', 'Between', 'After'])
  })

  it('gives the message as it is now', async () => {
    const { alice, bob } = acme
    const input = { recipientId: bob.userId, body: 'To be taken back', idempotencyKey: 'as it is now' }
    const first = await send(alice, input)
    await withClient(app.database.adminUrl, (admin) =>
      admin.query(
        `update messages set state = 'RETRACTED', retracted_at = now() where company_id = $1 and seq = $2
        and conversation_id = (select conversation_id from idempotency_keys where company_id = $1 and key = 'as it is now')`,
        [acme.companyUuid, first.message.seq],
      ),
    )
    const again = await alice.mutate('sendMessage', input, 'message { id seq state body }')
    expect(again.message).toEqual({
      id: first.message.id,
      seq: first.message.seq,
      state: 'RETRACTED',
      body: null,
    })
  })

  it.each([
    ['body', { body: 'Other' }],
    ['subject', { subject: 'Other' }],
    ['priority', { priority: 'HIGH' }],
    ['metadata', { metadata: { a: 2 } }],
    ['clientMessageId', { clientMessageId: 'other' }],
    ['mentions', { mentionIds: [] }],
    ['parent', { parentId: null }],
  ])('is a conflict with another %s', async (name, change) => {
    const { alice, bob } = acme
    const group = await alice.group('Conflicts', [bob])
    const top = await alice.say({ conversationId: group }, 'Top')
    const input = {
      conversationId: group,
      body: 'Same',
      subject: 'Same',
      metadata: { a: 1 },
      clientMessageId: 'same',
      mentionIds: [bob.userId],
      parentId: top.id,
      idempotencyKey: `conflict of ${name}`,
    }
    const first = await send(alice, input)
    expect(await send(alice, { ...input, ...change })).toMatchObject({ __typename: 'ConflictError' })
    expect(await send(alice, { ...input, priority: 'NORMAL' })).toEqual(first)
    expect(await bodies(bob, group)).toEqual(['Top', 'Same'])
  })

  it('is the same send with metadata in another order, which stay as given first', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Orders', [bob])
    const given = '{"b":[{"y":1,"x":{"d":null,"c":"1"}},2],"a":{"10":true,"9":1.5,"__proto__":{"f":1,"e":2}}}'
    const other = '{"a":{"9":1.5,"__proto__":{"e":2,"f":1},"10":true},"b":[{"x":{"c":"1","d":null},"y":1},2]}'
    const sendWith = (metadata: string) => {
      const input = { conversationId: group, body: 'Ordered', idempotencyKey: 'orders' }
      return alice.mutate(
        'sendMessage',
        { ...input, metadata: JSON.parse(metadata) },
        'message { id metadata }',
      )
    }
    const first = await sendWith(given)
    expect(JSON.stringify(first.message.metadata)).toBe(JSON.stringify(JSON.parse(given)))
    const again = await sendWith(other)
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    const listed = other.replace('"y":1},2]', '"y":1},3]')
    for (const changed of [listed, other.replace('"f":1', '"f":2'), other.replace('"1"', '1')]) {
      expect(await sendWith(changed)).toMatchObject({ __typename: 'ConflictError' })
    }
    const turned = given.replace(/"b":\[(.*),2\]/, '"b":[2,$1]')
    expect(await sendWith(turned)).toMatchObject({ __typename: 'ConflictError' })
    expect(await bodies(bob, group)).toEqual(['Ordered'])
  })

  it('remembers successes only', async () => {
    const { alice, bob, carol } = acme
    const group = await alice.group('Failures', [bob])
    const input = { conversationId: group, body: 'Second try', idempotencyKey: 'failed first' }
    expect(await send(alice, { ...input, mentionIds: [carol.userId] })).toMatchObject({
      __typename: 'InvalidInputError',
    })
    expect(await send(carol, input)).toMatchObject({ __typename: 'PermissionDeniedError' })
    const sent = await send(alice, input)
    expect(sent).toMatchObject({ message: { seq: 1, body: 'Second try' } })
    expect(await send(alice, input)).toEqual(sent)
  })

  it('knows the same direct conversation by recipient and by id', async () => {
    const { alice, carol } = acme
    const input = { body: 'Either way', idempotencyKey: 'either way' }
    const first = await send(alice, { ...input, recipientId: carol.userId })
    expect(await send(alice, { ...input, conversationId: first.conversation.id })).toEqual(first)
  })

  it('is independent of other people, and of the same person elsewhere', async () => {
    const { alice, bob } = acme
    const globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
    const input = { body: 'Mine', idempotencyKey: 'everybody’s' }
    const group = await alice.group('Ours', [bob])
    const ids = [
      (await send(alice, { ...input, conversationId: group })).message.id,
      (await send(bob, { ...input, conversationId: group })).message.id,
      (await send(globex.gina, { ...input, recipientId: globex.greg.userId })).message.id,
    ]
    expect(new Set(ids).size).toBe(3)
    expect(await bodies(alice, group)).toEqual(['Mine', 'Mine'])
  })

  it('answers NotFoundError once its sender has left', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Left', [bob])
    const input = { conversationId: group, body: 'Farewell', idempotencyKey: 'farewell' }
    await send(bob, input)
    await bob.mutate('leaveGroup', { groupId: group })
    expect(await send(bob, input)).toMatchObject({ __typename: 'NotFoundError' })
  })
})

describe('retries', () => {
  it('make one message, fifty at once over two nodes and once more after a restart', async () => {
    const { alice, bob } = acme
    const group = await alice.group('Fifty', [bob])
    const input = { conversationId: group, body: 'Fifty times', idempotencyKey: 'fifty' }
    const node = await startApp({ beside: app })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, retry) => send(retry % 2 ? alice.at(node.url) : alice, input)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ message: { seq: 1 } })
    await node[Symbol.asyncDispose]()
    await using restarted = await startApp({ beside: app })
    expect(await send(alice.at(restarted.url), input)).toEqual(answers[0])
    expect(await bodies(bob, group)).toEqual(['Fifty times'])
  })

  it('to a new direct conversation make one message, too', async () => {
    const { alice, bob } = await app.company('Hooli', { alice: 'owner', bob: 'member' })
    const input = { recipientId: bob.userId, body: 'First contact', idempotencyKey: 'first contact' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(alice, input)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('with one key to two conversations at once send to one of them', async () => {
    const { alice, bob } = acme
    const groups = await Promise.all(['Here', 'There'].map((title) => alice.group(title, [bob])))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, retry) =>
        send(alice, { conversationId: groups[retry % 2], body: 'Where?', idempotencyKey: 'here or there' }),
      ),
    )
    const sent = answers.filter(({ __typename }) => __typename === 'SendMessagePayload')
    expect(sent).toHaveLength(10)
    expect(answers.filter(({ __typename }) => __typename === 'ConflictError')).toHaveLength(10)
    expect(new Set(sent.map(({ message }) => message.id)).size).toBe(1)
    const texts = await Promise.all(groups.map((group) => bodies(bob, group)))
    expect(texts.flat()).toEqual(['Where?'])
  })

  it('cost no rate limit, and are answered when it is exhausted', async () => {
    const { alice, bob } = await app.company('Limited', { alice: 'owner', bob: 'member' }, { limited: true })
    const input = { recipientId: bob.userId, body: 'Remembered', idempotencyKey: 'limited' }
    const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions?.code
    const first = await send(alice, input)
    for (let replay = 0; replay < 12; replay += 1) expect(await send(alice, input)).toEqual(first)
    for (let more = 0; more < 9; more += 1) await alice.say({ recipientId: bob.userId }, `Message ${more}`)
    const eleventh = { input: { recipientId: bob.userId, body: 'Too many' } }
    expect(codeOf(await alice.send(SEND, eleventh))).toBe('RATE_LIMITED')
    expect(await send(alice, input)).toEqual(first)
    expect(await send(alice, { ...input, body: 'Other' })).toMatchObject({ __typename: 'ConflictError' })
    expect(codeOf(await alice.send(SEND, { input: { ...eleventh.input, idempotencyKey: 'new' } }))).toBe(
      'RATE_LIMITED',
    )
  })
})
