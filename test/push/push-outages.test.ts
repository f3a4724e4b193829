import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import { claimPushes, findPushes } from '../../src/push/push-statements.ts'
import { holdMessage } from '../moderation/moderated-company.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { queueOf } from '../support/jobs.ts'
import { type Opa, result, startOpa } from '../support/opa.ts'
import { type Browser, type PushReceiver, startPushReceiver } from './push-receiver.ts'
import { browserOf, browsers, makeDue, pushOnce, waiting } from './pushing.ts'

let receiver: PushReceiver
let opa: Opa
let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let browser: Browser
beforeAll(async () => {
  receiver = await startPushReceiver()
  opa = await startOpa()
  app = await startApp({
    environment: {
      push: { privateKey: undefined, subject: 'mailto:operator@example.test', testOrigin: receiver.origin },
      policy: { url: opa.url },
    },
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await opa[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})
beforeEach(async () => {
  receiver.received.length = 0
  receiver.answer = () => 201
  opa.answer = () => result(true)
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  browser = await browserOf(receiver, acme.bob)
})

const push = () => pushOnce(app, acme)
const ids = () => browser.messages.map(({ messageId }) => messageId)
const isOf = (person: Client) => (input: Data) => input.user.id === person.userId
/** Opens the conversation about an object with Bob, says something in it, and returns the message. */
async function sayAbout(contextId: string): Promise<Data> {
  const input = { type: 'TOPIC', contextId, participantIds: [acme.bob.userId] }
  const opened = await acme.alice.mutate('openContextConversation', input, 'conversation { id }')
  return acme.alice.say({ conversationId: opened.conversation.id }, contextId)
}

describe('a push message', () => {
  it('waits while the policy cannot be asked about its conversation', async () => {
    const { id } = await sayAbout('deal')
    opa.answer = (input) => (isOf(acme.bob)(input) ? 'breaks' : result(true))
    await push()
    expect([ids(), await waiting(app, acme), await browsers(app, acme)]).toEqual([
      [],
      [{ isDue: false }],
      [{ failures: 0, minutes: null }],
    ])
    opa.answer = () => result(true)
    // A decision that has failed is kept for some seconds.
    await expect
      .poll(() => makeDue(app, acme).then(push).then(ids), { timeout: 30_000, interval: 500 })
      .toEqual([id])
    expect(await waiting(app, acme)).toEqual([])
  })

  it('comes for no conversation that the policy denies', async () => {
    opa.answer = (input) => result(!isOf(acme.bob)(input))
    await sayAbout('secret')
    await push()
    expect([receiver.received, await waiting(app, acme)]).toEqual([[], []])
  })

  it('comes for a held message when it is approved, and not before', async () => {
    const { alice, bob, carol } = acme
    const { message, caseUuid } = await holdMessage(app, acme, carol, { recipientId: bob.userId })
    await push()
    expect([receiver.received, await waiting(app, acme)]).toEqual([[], []])
    const caseId = encodeId('ModerationCase', caseUuid)
    await alice.mutate('decideModerationCase', { caseId, decision: 'APPROVE', reason: 'Fine' })
    await push()
    expect(ids()).toEqual([message.id])
  })

  it('is lost by no process that is killed between its claim and its record', async () => {
    const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    const system = app.application.services.database.forSystem(acme.companyUuid)
    await system.query(findPushes, { max: 200 })
    expect(await system.query(claimPushes, { max: 200 })).toHaveLength(1)
    await push()
    expect([ids(), await waiting(app, acme)]).toEqual([[], [{ isDue: false }]])
    const keys = (await queueOf(app))
      .filter(({ payload }) => payload.companyId === acme.companyUuid)
      .map(({ key }) => key)
    expect(keys).toContainEqual(expect.stringContaining('push later'))
    await makeDue(app, acme)
    await push()
    expect([ids(), await waiting(app, acme)]).toEqual([[id], []])
  })

  it('is due at once for another process when one stops while it is sent, and counts as no failure', async () => {
    const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    receiver.answer = () => new Promise<never>(() => {})
    const stopping = new AbortController()
    const run = pushOnce(app, acme, stopping.signal)
    await expect.poll(() => receiver.received.length).toBe(1)
    stopping.abort()
    await expect(run).rejects.toThrow('handed back')
    await expect.poll(() => waiting(app, acme)).toEqual([{ isDue: true }])
    expect(await browsers(app, acme)).toEqual([{ failures: 0, minutes: null }])
    receiver.answer = () => 201
    await push()
    expect(ids()).toEqual([id, id])
  })
})

describe('a push service', () => {
  it('that is slow is asked no more when a run is over, and the next run goes on', async () => {
    const all = [browser]
    for (let count = 1; count < 20; count++) all.push(await browserOf(receiver, acme.bob))
    await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    receiver.answer = () => delay(2_000, 201)
    await push()
    expect(receiver.received).toHaveLength(16)
    expect(await waiting(app, acme)).toEqual(Array.from({ length: 4 }, () => ({ isDue: true })))
    receiver.answer = () => 201
    await push()
    expect(all.map((each) => each.received.length)).toEqual(all.map(() => 1))
  })

  it('that is down costs a browser one failure for all that is written meanwhile', async () => {
    const { alice, bob, carol } = acme
    receiver.answer = () => 503
    for (const by of [alice, carol, alice, carol, alice, carol]) {
      await by.say({ recipientId: bob.userId }, 'Hello')
      await push()
    }
    expect(receiver.received).toHaveLength(1)
    expect(await browsers(app, acme)).toEqual([{ failures: 1, minutes: 1 }])
    receiver.answer = () => 201
    await makeDue(app, acme)
    await push()
    expect(receiver.received).toHaveLength(3)
    expect([await browsers(app, acme), await waiting(app, acme)]).toEqual([
      [{ failures: 0, minutes: null }],
      [],
    ])
  })

  it('that is down for more than an hour ends a subscription, asked with growing delays until then', async () => {
    await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    receiver.answer = () => 503
    const seen = []
    for (let times = 1; times <= 5; times++) {
      await makeDue(app, acme)
      await push()
      seen.push(await browsers(app, acme))
    }
    expect(seen.flat()).toEqual(
      [1, 4, 16, 64].map((minutes, at) => expect.objectContaining({ failures: at + 1, minutes })),
    )
    expect(receiver.received).toHaveLength(5)
  })
})
