import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { FAMILY } from '../support/text.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

async function previewOf(body: string, length?: number): Promise<string> {
  const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, body)
  const query = 'query ($id: ID!, $length: Int) { message(id: $id) { preview(length: $length) } }'
  return (await acme.bob.run(query, { id, ...(length !== undefined && { length }) })).message.preview
}

describe('the preview of a message', () => {
  it('is its beginning on one line', async () => {
    expect(await previewOf('  One\r\n\r\n\ttwo  three\n')).toBe('One two  three')
    expect(await previewOf('x'.repeat(500))).toBe('x'.repeat(140))
    expect(await previewOf('one\ntwo', 5)).toBe('one t')
  })

  it.each([
    ['families', FAMILY],
    ['flags', '🇩🇪'],
    ['letters with marks', 'e\u0301'],
  ])('never cuts %s in two', async (_kind, character) => {
    expect(await previewOf(character.repeat(400), 3)).toBe(character.repeat(3))
    expect(await previewOf(character.repeat(400))).toBe(character.repeat(140))
    expect(await previewOf(character.repeat(3), 1000)).toBe(character.repeat(3))
  })

  it('has 1 to 1,000 characters', async () => {
    expect(await previewOf('x'.repeat(2000), 1)).toBe('x')
    expect(await previewOf('x'.repeat(2000), 1000)).toBe('x'.repeat(1000))
    const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    for (const length of [0, -1, 1001, 2 ** 31 - 1]) {
      const { errors } = await acme.bob.send(
        'query ($id: ID!, $length: Int) { message(id: $id) { preview(length: $length) } }',
        { id, length },
      )
      expect(errors?.[0]).toMatchObject({
        message: '`length` must be 1 to 1,000.',
        extensions: { code: 'BAD_USER_INPUT' },
      })
    }
  })

  it('is gone once the message is retracted', async () => {
    const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    await acme.alice.mutate('retractMessage', { messageId: id })
    const { message } = await acme.bob.run('query ($id: ID!) { message(id: $id) { preview } }', { id })
    expect(message).toEqual({ preview: null })
  })
})
