import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const SELECTION = 'message { id seq body subject } conversation { id }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

function send(sender: Client, input: Record<string, unknown>, headers: Record<string, string> = {}) {
  return sender.mutate('sendMessage', input, SELECTION, headers)
}

describe('the Idempotency-Key header', () => {
  it('does the same as the input', async () => {
    const { alice, bob } = acme
    const input = { recipientId: bob.userId, body: 'By header' }
    const first = await send(alice, input, { 'idempotency-key': 'by header' })
    expect(await send(alice, input, { 'Idempotency-Key': 'by header' })).toEqual(first)
    expect(await send(alice, { ...input, idempotencyKey: 'by header' })).toEqual(first)
  })

  it('gives way to the key in the input', async () => {
    const { alice, bob } = acme
    const input = { recipientId: bob.userId, body: 'Both' }
    const both = await send(alice, { ...input, idempotencyKey: 'inner' }, { 'idempotency-key': 'outer' })
    expect(await send(alice, { ...input, idempotencyKey: 'inner' })).toEqual(both)
    const outer = await send(alice, input, { 'idempotency-key': 'outer' })
    expect(outer.message.id).not.toBe(both.message.id)
  })

  it('is refused where it could belong to either of two sends', async () => {
    const { alice, bob } = acme
    const two = `mutation ($one: SendMessageInput!) { a: sendMessage(input: $one) { __typename } ...Second }
      fragment Second on Mutation { b: sendMessage(input: $one) { __typename } }`
    const one = { recipientId: bob.userId, body: 'Twice' }
    const { data, errors } = await alice.send(two, { one }, { 'idempotency-key': 'two sends' })
    expect({ data, code: errors?.[0]?.extensions?.code }).toEqual({ data: undefined, code: 'BAD_USER_INPUT' })
    const kept = await alice.send(two, { one })
    expect(kept.data).toMatchObject({
      a: { __typename: 'SendMessagePayload' },
      b: { __typename: 'SendMessagePayload' },
    })
  })

  it('is checked like the input', async () => {
    const answer = await send(
      acme.alice,
      { recipientId: acme.bob.userId, body: 'Long key' },
      { 'idempotency-key': 'k'.repeat(129) },
    )
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: ['idempotencyKey'] }] })
  })
})

describe('an idempotency key', () => {
  it.each([
    ['129 characters', 'k'.repeat(129)],
    ['129 emoji', '🗝'.repeat(129)],
    ['nothing', ''],
    ['white space', ' \t'],
    ['a NUL', 'a\0b'],
    ['half a character', 'a\ud800'],
  ])('of %s is refused', async (_name, idempotencyKey) => {
    const answer = await send(acme.alice, { recipientId: acme.bob.userId, body: 'Bad key', idempotencyKey })
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: ['idempotencyKey'] }] })
  })

  it.each([['k'.repeat(128)], ['🗝'.repeat(128)]])('of 128 characters is taken', async (idempotencyKey) => {
    const input = { recipientId: acme.bob.userId, body: 'Long key', idempotencyKey }
    const first = await send(acme.alice, input)
    expect(first).toMatchObject({ __typename: 'SendMessagePayload' })
    expect(await send(acme.alice, input)).toEqual(first)
  })
})
