import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const INFO = '{ serverInfo { version maxBodyBytes maxSubjectLength maxPageSize features } }'

async function infoOf(client: Client): Promise<Data> {
  return (await client.run(INFO)).serverInfo
}

describe('the information about the server', () => {
  it('tells its version and its parts', async () => {
    const { alice } = await app.company('Acme', { alice: 'member' })
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    const info = await infoOf(alice)
    expect(info).toMatchObject({
      version,
      features: expect.arrayContaining(['search', 'guests', 'attachments', 'departments', 'push']),
    })
    // Without a provider, SMS are files.
    expect(info.features).not.toContain('sms')
  })

  it('tells the limits that hold', async () => {
    const { alice, bob } = await app.company('Acme', { alice: 'member', bob: 'member' })
    const { maxBodyBytes, maxSubjectLength, maxPageSize } = await infoOf(alice)
    const send = async (body: string, subject: string) =>
      (await alice.mutate('sendMessage', { recipientId: bob.userId, body, subject })).__typename
    expect(await send('x'.repeat(maxBodyBytes), 'x'.repeat(maxSubjectLength))).toBe('SendMessagePayload')
    expect(await send('x'.repeat(maxBodyBytes + 1), 'x')).toBe('InvalidInputError')
    expect(await send('x', 'x'.repeat(maxSubjectLength + 1))).toBe('InvalidInputError')
    const page = async (first: number) =>
      (await alice.send('query ($first: Int) { conversations(first: $first) { nodes { id } } }', { first }))
        .errors
    expect(await page(maxPageSize)).toBeUndefined()
    expect(await page(maxPageSize + 1)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('is told while messaging is switched off, and to nobody without signing in', async () => {
    const { alice } = await app.company('Acme', { alice: 'owner' })
    await alice.mutate('updateCompanySettings', { messagingEnabled: false })
    expect(await infoOf(alice)).toMatchObject({ maxPageSize: 100 })
    const { errors } = await alice.at(app.url, 'nonsense').send(INFO)
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })
})
