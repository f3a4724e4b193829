import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setPenalty, setSpam } from '../moderation/moderated-company.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { type Opa, result, startOpa } from '../support/opa.ts'
import { ask, bytesOf, link, sendFiles, upload } from './uploading.ts'

let opa: Opa
let app: TestApp
let acme: TestCompany<'ann' | 'sue' | 'bob' | 'cal'>
beforeAll(async () => {
  opa = await startOpa()
  app = await startApp({ environment: { policy: { url: opa.url } } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await opa[Symbol.asyncDispose]()
})
beforeEach(async () => {
  opa.answer = () => result(true)
  acme = await app.company('Acme', { ann: 'owner', sue: 'supervisor', bob: 'member', cal: 'member' })
})

/** Sends a file with words that are held, by Bob, and returns the id of the file. */
async function holdFile(to: { conversationId: string } | { recipientId: string }): Promise<string> {
  await setSpam(app, acme, { repeatedBodies: null, blockedDomains: ['evil.test'] })
  await setPenalty(app, acme, acme.bob, { step: 7 })
  const { id } = await upload(app, acme.bob, Buffer.from('an offer'))
  const sent = await sendFiles(acme.bob, to, [id], { body: 'See https://evil.test now' })
  expect(sent.__typename).toBe('SendMessagePayload')
  return id
}

async function openCases(by: Client): Promise<Data[]> {
  const { moderationCases } = await by.run(
    '{ moderationCases(state: OPEN) { nodes { message { state attachments { id fileName } } } } }',
  )
  return moderationCases.nodes
}

/** The bytes that a person reads of a file, or the name of the error. */
async function read(by: Client, id: string): Promise<string> {
  const { __typename, url } = await link(by, id)
  return url ? String(await bytesOf(await ask(app, url))) : __typename
}

describe('a file of a message that there is a case of', () => {
  it('is shown to moderators with a held message, to nobody else, and only while they are moderators', async () => {
    const { ann, sue, bob, cal } = acme
    const id = await holdFile({ recipientId: cal.userId })
    expect(await openCases(sue)).toEqual([
      { message: { state: 'HELD', attachments: [{ id, fileName: 'report.bin' }] } },
    ])
    const seen = []
    for (const each of [sue, bob, cal]) seen.push(await read(each, id))
    expect(seen).toEqual(['an offer', 'an offer', 'NotFoundError'])
    const { url } = await link(sue, id)
    await ann.mutate('syncMembers', {
      members: [{ externalId: sue.externalId, name: 'Sue', role: 'member' }],
    })
    expect((await ask(app, url)).status).toBe(404)
    expect(await read(sue, id)).toBe('NotFoundError')
  })

  it('is kept from a moderator who takes no part in the conversation if the message was only reported', async () => {
    const { ann, sue, bob, cal } = acme
    const team = await bob.group('Team', [ann, cal])
    const { id } = await upload(app, bob, Buffer.from('an insult'))
    const { message } = await sendFiles(bob, { conversationId: team }, [id])
    await cal.mutate('reportMessage', { messageId: message.id, reason: 'HARASSMENT' })
    expect(await openCases(sue)).toMatchObject([{ message: { attachments: [] } }])
    expect(await openCases(ann)).toMatchObject([{ message: { attachments: [{ id }] } }])
    expect([await read(sue, id), await read(ann, id)]).toEqual(['NotFoundError', 'an insult'])
  })

  it('is kept from a moderator to whom the policy denies the case', async () => {
    const { sue, bob } = acme
    const opened = await bob.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId: 'deal' },
      'conversation { id }',
    )
    opa.answer = (input) => result(input.action !== 'moderate')
    const id = await holdFile({ conversationId: opened.conversation.id })
    expect(await openCases(sue)).toEqual([])
    expect(await read(sue, id)).toBe('NotFoundError')
    expect(await read(bob, id)).toBe('an offer')
  })
})
