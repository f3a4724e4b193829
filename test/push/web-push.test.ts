import { createECDH, createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sendPush } from '../../src/push/operations/send-push.ts'
import { findMessagesToPush } from '../../src/push/operations/start-pushing.ts'
import { pushAgain } from '../../src/push/push-statements.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { Browser, decryptPush, type PushReceiver, startPushReceiver } from './push-receiver.ts'
import { makeDue, browserOf as register } from './pushing.ts'

let receiver: PushReceiver
let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  receiver = await startPushReceiver()
  app = await startApp({
    environment: {
      push: { privateKey: undefined, subject: 'mailto:operator@example.test', testOrigin: receiver.origin },
    },
  })
  app.application.startJobs({ send_push: sendPush })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})
beforeEach(async () => {
  receiver.received.length = 0
  receiver.answer = () => 201
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})

const browserOf = (person: Client, path?: string) => register(receiver, person, path)

const rows = (text: string) => onDatabase<Data>(app, text, [acme.companyUuid])
const subscriptions = () => rows('select id, failures from push_subscriptions where company_id = $1')

/** Waits until nothing is left to push. */
async function pushed(): Promise<void> {
  await findMessagesToPush(app.application.services)
  const left = () =>
    rows("select 1 from push_deliveries where company_id = $1 and due_at <= now() + interval '5 minutes'")
  await expect.poll(left, { timeout: 30_000 }).toEqual([])
}

/** Lets what waits after a failure be due now. */
async function again(): Promise<void> {
  await makeDue(app, acme)
  const system = app.application.services.database.forSystem(acme.companyUuid)
  await system.query(pushAgain, { at: new Date(), key: 'push' })
}

it('the browser of the tests decrypts the example of RFC 8291', () => {
  const keys = createECDH('prime256v1')
  keys.setPrivateKey(Buffer.from('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94', 'base64url'))
  const body =
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
  const auth = Buffer.from('BTBZMqHH6r4Tts7J_aSIgg', 'base64url')
  expect(decryptPush(Buffer.from(body, 'base64url'), keys, auth)).toBe(
    'When I grow up, I want to be a watermelon',
  )
})

describe('a push message', () => {
  it('holds ids and counts alone, for the browser alone, signed with the key that the viewer is told', async () => {
    const { alice, bob, companyId } = acme
    const browser = await browserOf(bob)
    await alice.say({ recipientId: bob.userId }, 'canary one')
    const last = await alice.say({ recipientId: bob.userId }, 'canary two')
    await expect.poll(() => browser.messages.at(-1)?.messageId, { timeout: 30_000 }).toBe(last.id)
    const { directConversation } = await bob.run(
      'query ($id: ID!) { directConversation(userId: $id) { id } }',
      { id: alice.userId },
    )
    expect(browser.messages.at(-1)).toEqual({
      companyId,
      conversationId: directConversation.id,
      messageId: last.id,
      unreadCount: 2,
    })
    const { headers } = browser.received.at(-1) ?? expect.fail('It was pushed.')
    expect(headers).toMatchObject({ ttl: '86400', 'content-encoding': 'aes128gcm' })
    expect(headers.topic).toMatch(/^[\w-]{32}$/)
    const topics = browser.received.map((each) => each.headers.topic)
    expect(new Set(topics).size).toBe(1)
    const { viewer } = await bob.run('{ viewer { pushPublicKey } }')
    const claims = claimsOf(String(headers.authorization), viewer.pushPublicKey)
    expect(claims).toMatchObject({ aud: receiver.origin, sub: 'mailto:operator@example.test' })
    const stored = await rows('select sealed, endpoint_hash from push_subscriptions where company_id = $1')
    for (const { sealed, endpoint_hash } of stored)
      for (const part of [browser.path, browser.subscription.auth, browser.subscription.p256dh])
        expect(`${sealed.toString('latin1')} ${endpoint_hash.toString('latin1')}`).not.toContain(part)
    expect(JSON.stringify(app.logged)).not.toContain(browser.path)
  })

  it('comes for nothing that is own, read, muted, hidden, kept by a rule, retracted or while not to be disturbed', async () => {
    const { alice, bob, carol } = acme
    const browser = await browserOf(bob)
    const group = await alice.group('Crew', [bob, carol])
    const muted = await alice.group('Muted', [bob])
    await bob.mutate('muteConversation', { conversationId: muted })
    const to = { conversationId: group }
    // The companies' events are scanned once a second: all of this stands before, because the mark is held meanwhile.
    await held(async () => {
      await bob.say(to, 'own')
      await alice.say({ conversationId: muted }, 'muted')
      await alice.say(to, 'a rule', { accessRules: [{ effect: 'DENY', userId: bob.userId }] })
      const gone = await alice.say(to, 'retracted')
      await alice.mutate('retractMessage', { messageId: gone.id })
      const hidden = await alice.say(to, 'hidden')
      await bob.mutate('hideMessage', { messageId: hidden.id })
      const read = await alice.say({ recipientId: bob.userId }, 'read')
      const { directConversation } = await bob.run(
        'query ($id: ID!) { directConversation(userId: $id) { id } }',
        { id: alice.userId },
      )
      await bob.mutate('markRead', { conversationId: directConversation.id, upToSeq: read.seq })
    })
    await pushed()
    expect(browser.messages).toEqual([])
    const until = new Date(Date.now() + 3_600_000).toISOString()
    for (const off of [
      { doNotDisturbUntil: until },
      { doNotDisturbUntil: null, browserNotifications: false },
    ]) {
      await bob.mutate('updatePreferences', off)
      await alice.say(to, 'not now')
      await pushed()
    }
    expect(browser.messages).toEqual([])
    await bob.mutate('updatePreferences', { browserNotifications: true })
    const mention = await alice.say({ conversationId: muted }, 'A mention', { mentionIds: [bob.userId] })
    await pushed()
    expect(browser.messages.map(({ messageId }) => messageId)).toEqual([mention.id])
    await alice.mutate('removeParticipant', { conversationId: group, userId: bob.userId })
    await alice.say(to, 'without him')
    await pushed()
    expect(browser.messages).toHaveLength(1)
  })

  /** Keeps the company from being scanned while `work` runs. */
  async function held(work: () => Promise<void>): Promise<void> {
    await rows('update push_marks set position = position + 1000000 where company_id = $1')
    await work()
    await rows('update push_marks set position = position - 1000000 where company_id = $1')
  }

  it.each([404, 410])('that is answered with %i is the last of its browser', async (status) => {
    const { alice, bob } = acme
    const [gone, lasting] = [await browserOf(bob), await browserOf(bob)]
    receiver.answer = (path) => (path === gone.path ? status : 201)
    await alice.say({ recipientId: bob.userId }, 'Hello')
    await expect.poll(async () => (await subscriptions()).length).toBe(1)
    await pushed()
    await alice.say({ recipientId: bob.userId }, 'Hello again')
    await expect.poll(() => lasting.received.length).toBe(2)
    expect(gone.received).toHaveLength(1)
  })

  it('forgets a browser that is gone, and one that fails five times in a row, but follows no redirect', async () => {
    const { alice, bob } = acme
    const [gone, failing, lasting] = [await browserOf(bob), await browserOf(bob), await browserOf(bob)]
    receiver.answer = (path) => (path === gone.path ? 410 : path === failing.path ? 307 : 201)
    await alice.say({ recipientId: bob.userId }, 'Hello')
    await expect
      .poll(async () => (await subscriptions()).map(({ failures }) => failures).sort())
      .toEqual([0, 1])
    for (let failures = 2; failures <= 5; failures++) {
      await again()
      const left = failures < 5 ? [0, failures] : [0]
      await expect.poll(async () => (await subscriptions()).map((each) => each.failures).sort()).toEqual(left)
    }
    expect([gone, failing, lasting].map(({ received }) => received.length)).toEqual([1, 5, 1])
    expect(receiver.received.filter(({ path }) => path === '/redirected')).toEqual([])
  })
})

describe('a registration', () => {
  it('gives an endpoint to the last registrant, in whatever company, and keeps 20 of a person', async () => {
    const { alice, bob, carol } = acme
    const shared = await browserOf(bob)
    const { zoe } = await app.company('Other', { zoe: 'owner' })
    expect(await shared.register(zoe)).toHaveProperty('endpoint')
    await alice.say({ recipientId: bob.userId }, 'not for zoe')
    await pushed()
    expect(shared.received).toEqual([])
    expect(await shared.register(carol)).toHaveProperty('endpoint')
    const message = await alice.say({ recipientId: carol.userId }, 'for carol')
    await expect.poll(() => shared.messages.map(({ messageId }) => messageId)).toEqual([message.id])
    const removed = await carol.mutate('removePushSubscription', { endpoint: shared.endpoint }, 'removed')
    expect(removed).toMatchObject({ removed: true })
    expect(await subscriptions()).toEqual([])
    for (let count = 0; count < 22; count++) await browserOf(alice, `/many/${count}`)
    expect(await subscriptions()).toHaveLength(20)
    const [{ first }] = await rows(
      'select count(*)::int as first from app.push_endpoints where company_id = $1',
    )
    expect(first).toBe(20)
  })

  it('is refused for an endpoint that is no push service, or keys that are none', async () => {
    const { bob } = acme
    const { subscription } = new Browser(receiver)
    const refused = async (changes: object) =>
      (await bob.mutate('registerPushSubscription', { ...subscription, ...changes })).issues?.[0].path
    for (const endpoint of [
      'http://push.example/x',
      'https://push.example:8443/x',
      'https://user@push.example/x',
      'https://127.0.0.1/x',
      'https://0x7f.1/x',
      'https://[::ffff:10.0.0.1]/x',
      'https://169.254.169.254/latest',
      'javascript:alert(1)',
      `https://push.example/${'x'.repeat(2048)}`,
    ])
      expect(await refused({ endpoint }), endpoint).toEqual(['endpoint'])
    expect(await refused({ p256dh: 'A'.repeat(87) })).toEqual(['p256dh'])
    expect(await refused({ auth: 'short' })).toEqual(['auth'])
  })

  it('ends with the erasure of the person', async () => {
    const { alice, bob } = acme
    await browserOf(bob)
    await alice.mutate('eraseUser', { userId: bob.userId, confirmName: 'Bob Acme' })
    expect(await subscriptions()).toEqual([])
  })
})

/** Verifies a token of RFC 8292 and returns its claims. */
function claimsOf(authorization: string, publicKey: string) {
  const [, token = '', key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? []
  expect(key).toBe(publicKey)
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)]
  const jwk = { kty: 'EC', crv: 'P-256', x, y }
  const [head, claims = '', signature = ''] = token.split('.')
  const verifier = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    verifier,
    Buffer.from(signature, 'base64url'),
  )
  expect(isSigned).toBe(true)
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}
