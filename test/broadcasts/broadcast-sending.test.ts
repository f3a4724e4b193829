import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { broadcast, feed, read, sent } from './broadcasts.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol' | 'dave'>
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
})

describe('sending a broadcast', () => {
  it('needs its permission, which the rejection names', async () => {
    for (const client of [acme.bob, acme.audrey]) {
      expect(await broadcast(client)).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'CONVERSATION_BROADCAST',
      })
    }
  })

  it('keeps the subject as it was written, and the title of the conversation is one line', async () => {
    const subject = '  We move\r\n\tto Porto '
    const made = await sent(acme.sara, { subject })
    expect(made).toMatchObject({ subject, conversation: { title: 'We move to Porto' } })
  })

  it('is done once per idempotency key, also for 20 retries at once', async () => {
    const { sara, bob } = acme
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => broadcast(sara, { idempotencyKey: 'once' })),
    )
    expect(new Set(answers.map((answer) => answer.broadcast?.id)).size).toBe(1)
    expect(await feed(bob)).toHaveLength(1)
    expect(await broadcast(sara, { idempotencyKey: 'once', body: 'Other' })).toMatchObject({
      __typename: 'ConflictError',
    })
    expect((await broadcast(sara, {}, { 'idempotency-key': 'once' })).broadcast.id).toBe(
      answers[0].broadcast.id,
    )
  })

  it('is done as often an hour as the company allows; what is refused or repeated does not count', async () => {
    const { alice, sara } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 2 })
    await sent(sara, { idempotencyKey: 'first' })
    await broadcast(sara, { audience: 'USERS', userIds: [] })
    await broadcast(sara, { idempotencyKey: 'first' })
    await sent(alice)
    const refused = await sara.send(
      'mutation { sendBroadcast(input: { audience: ALL, subject: "a", body: "b" }) { __typename } }',
    )
    expect(refused.errors?.[0]).toMatchObject({
      message: 'This company sends at most 2 broadcasts an hour.',
      extensions: { code: 'RATE_LIMITED' },
    })
    expect((await broadcast(sara, { idempotencyKey: 'first' })).__typename).toBe('SendBroadcastPayload')
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19)
    const waiting = await broadcast(alice, { schedule: { localTime: tomorrow, timeZone: 'UTC' } })
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 0 })
    for (const more of [{}, { schedule: { localTime: tomorrow, timeZone: 'UTC' } }]) {
      expect(await broadcast(alice, more)).toMatchObject({
        __typename: 'PermissionDeniedError',
        detail: 'Broadcasts are switched off in this company.',
      })
    }
    expect(
      await alice.mutate('rescheduleBroadcast', {
        broadcastId: waiting.broadcast.id,
        schedule: { localTime: tomorrow, timeZone: 'UTC' },
      }),
    ).toMatchObject({ __typename: 'PermissionDeniedError' })
  })
})

describe('its status to the author', () => {
  it('is read once every recipient has read it', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara, { audience: 'USERS', userIds: [bob.userId, carol.userId] })
    const status = async () =>
      (
        await sara.run('query ($id: ID!) { conversation(id: $id) { lastMessage { status } } }', {
          id: made.conversation.id,
        })
      ).conversation.lastMessage.status
    expect(await status()).toBe('SENT')
    await read(bob, made.id)
    expect(await status()).toBe('SENT')
    await carol.mutate('acknowledgeDelivery', {
      marks: [{ conversationId: made.conversation.id, upToSeq: 1 }],
    })
    expect(await status()).toBe('DELIVERED')
    await read(carol, made.id)
    expect(await status()).toBe('READ')
  })
})
