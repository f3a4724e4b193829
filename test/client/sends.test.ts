import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { libraryOf } from '../support/library.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function storedIn(id: string): Promise<string[]> {
  const { conversation } = await acme.alice.run(
    'query ($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { body } } } }',
    { id },
  )
  return conversation.messages.nodes.map(({ body }: Data) => body)
}

describe('a message that one client sends to a conversation', () => {
  it('is stored in the order it was sent in, although some of it has to be sent again', async () => {
    let calls = 0
    await using alice = libraryOf(acme.alice, {
      fetch: (...call) => (++calls % 3 === 1 ? Promise.reject(new Error('No network.')) : fetch(...call)),
    })
    const conversationId = await acme.alice.group('In order', [acme.bob])
    const spoken = ['one', 'two', 'three', 'four']
    const sent = await Promise.all(spoken.map((body) => alice.sendMessage({ conversationId, body })))
    expect(new Set(sent.map(({ __typename }) => __typename))).toEqual(new Set(['SendMessagePayload']))
    expect(await storedIn(conversationId)).toEqual(spoken)
    expect(calls).toBeGreaterThan(spoken.length)
  })

  it('waits neither for rejected messages nor for aborted ones, which end at once', async () => {
    let calls = 0
    let goOn = () => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await using alice = libraryOf(acme.alice, {
      async fetch(...call) {
        calls += 1
        await held
        return await fetch(...call)
      },
    })
    const conversationId = await acme.alice.group('Not held up', [acme.bob])
    const leaving = new AbortController()
    const first = alice.sendMessage({ conversationId, body: '' })
    const second = alice.sendMessage({ conversationId, body: 'called off' }, leaving)
    const third = alice.sendMessage({ conversationId, body: 'said' })
    await expect.poll(() => calls).toBe(1)
    leaving.abort(new Error('Called off.'))
    await expect(second).rejects.toThrow('Called off.')
    goOn()
    expect((await first).__typename).toBe('InvalidInputError')
    expect((await third).__typename).toBe('SendMessagePayload')
    expect(await storedIn(conversationId)).toEqual(['said'])
  })
})
