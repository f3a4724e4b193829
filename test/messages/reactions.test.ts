import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol'>
let groupId: string
let said: Data
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
  })
  const { alice, sara, audrey, bob } = acme
  groupId = await alice.group('Plans', [sara, audrey, bob])
  said = await bob.say({ conversationId: groupId }, 'first')
})

const REACTIONS = 'reactions { emoji count reactedByViewer }'
const reactions = async (client: Client): Promise<Data[]> => {
  const shown = await client.run(`query ($id: ID!) { message(id: $id) { ${REACTIONS} } }`, { id: said.id })
  return shown.message.reactions
}
const react = (client: Client, emoji: string, on = true): Promise<Data> =>
  client.mutate('setReaction', { messageId: said.id, emoji, on }, `message { ${REACTIONS} }`)

describe('a reaction', () => {
  it('is one per person and emoji, in the order of first use', async () => {
    const { alice, sara, bob } = acme
    await react(alice, '👍')
    await react(sara, '❤️')
    await react(bob, '👍')
    const twice = await react(bob, '👍')
    expect(twice.message.reactions).toEqual([
      { emoji: '👍', count: 2, reactedByViewer: true },
      { emoji: '❤️', count: 1, reactedByViewer: false },
    ])
    await react(bob, '❤')
    expect(await reactions(alice)).toEqual([
      { emoji: '👍', count: 2, reactedByViewer: true },
      { emoji: '❤️', count: 2, reactedByViewer: false },
    ])
    await react(alice, '👍', false)
    await react(alice, '👍', false)
    expect((await reactions(alice))[0]).toEqual({ emoji: '❤️', count: 2, reactedByViewer: false })
  })

  it('tells who has set it, page by page, and to nobody who may not read the message', async () => {
    const { alice, sara, bob, carol } = acme
    for (const person of [sara, alice, bob]) await react(person, '👍')
    await react(alice, '👍', false)
    await react(alice, '👍')
    await react(bob, '👎')
    const query = `query ($id: ID!, $first: Int, $after: String) { message(id: $id) { reactions { emoji
      users(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } } }`
    const ask = async (variables: Record<string, unknown>) => {
      const { message } = await bob.run(query, { id: said.id, ...variables })
      return message.reactions
    }
    const ids = (page: Data) => page.users.nodes.map(({ id }: Data) => id)
    const [thumbs, down] = await ask({ first: 2 })
    expect([ids(thumbs), ids(down)]).toEqual([[sara.userId, bob.userId], [bob.userId]])
    const [rest] = await ask({ first: 2, after: thumbs.users.pageInfo.endCursor })
    expect([ids(rest), rest.users.pageInfo.hasNextPage]).toEqual([[alice.userId], false])
    expect((await carol.run(query, { id: said.id })).message).toBe(null)
    await bob.mutate('retractMessage', { messageId: said.id })
    expect(await ask({})).toEqual([])
  })

  it.each(['👍🏽', '👩‍👩‍👧‍👦', '🇫🇷', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '☺', '👁‍🗨'])('may be %s', async (emoji) => {
    expect((await react(acme.alice, emoji)).__typename).toBe('SetReactionPayload')
  })

  it.each(['hello', '', ' ', '1', '👍👍', '👍a', 'é', '\u200d', '👍\0', '🏽🏽', 'x'.repeat(10_000)])(
    'cannot be %j',
    async (emoji) => {
      expect(await react(acme.alice, emoji)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: ['emoji'] }],
      })
    },
  )

  it('is of at most 20 kinds on a message, also when many react at once', async () => {
    const { alice, sara } = acme
    const kinds = Array.from({ length: 22 }, (_, at) => String.fromCodePoint(0x1f600 + at))
    const answers = await Promise.all(kinds.map((emoji, at) => react(at % 2 ? alice : sara, emoji)))
    expect(answers.filter(({ __typename }) => __typename === 'SetReactionPayload')).toHaveLength(20)
    expect(await reactions(alice)).toHaveLength(20)
    const taken = (await reactions(alice))[0].emoji
    expect((await react(acme.bob, taken)).__typename).toBe('SetReactionPayload')
  })

  it('is told of live, and is refused where it cannot be', async () => {
    const { alice, audrey, bob, carol } = acme
    await using watched = await bob.watch(
      groupId,
      '... on ReactionsChanged { message { reactions { emoji count } } }',
    )
    await react(alice, '🎉')
    await react(alice, '🎉')
    await watched.count(1)
    expect(watched.events).toEqual([
      { __typename: 'ReactionsChanged', message: { reactions: [{ emoji: '🎉', count: 1 }] } },
    ])
    expect(await react(audrey, '🎉')).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'MESSAGE_WRITE',
    })
    expect(await react(carol, '🎉')).toMatchObject({ __typename: 'NotFoundError' })
    await bob.mutate('retractMessage', { messageId: said.id })
    expect(await react(alice, '🎉')).toMatchObject({ __typename: 'ConflictError' })
  })
})
