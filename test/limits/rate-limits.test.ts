import { isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseWindow } from '../../src/limits/rate-window.ts'
import { schema } from '../../src/pipeline/schema.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { Client } from '../support/client.ts'
import { createClock } from '../support/rate-limits.ts'
import { openSocket } from '../support/raw-socket.ts'
import { mutations, trySend, trySendOver } from '../support/sending.ts'

const clock = createClock()
let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
beforeAll(async () => {
  app = await startApp({ limiterClock: clock.read })
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' }, { limited: true })
})
afterAll(() => app[Symbol.asyncDispose]())

describe('sending', () => {
  it('accepts 10 in 10 s, 30 in a minute, 120 in 10 minutes and 500 in an hour, and not one more', {
    timeout: 120_000,
  }, async () => {
    const { alice, bob } = acme
    const startedAt = clock.read()
    const acceptedAt: number[] = []
    while (acceptedAt.length <= 500) {
      const { retryAfterMs } = await trySend(alice, bob, `number ${acceptedAt.length}`)
      if (retryAfterMs === undefined) acceptedAt.push(clock.read() - startedAt)
      else clock.advance(retryAfterMs)
    }
    const expected = Array.from(
      { length: 500 },
      (_, at) =>
        10_000 * Math.floor((at % 30) / 10) +
        60_000 * Math.floor((at % 120) / 30) +
        600_000 * Math.floor(at / 120),
    )
    expect(acceptedAt).toEqual([...expected, 3_600_000])
  })

  it('says truly when it goes on', async () => {
    const { alice, bob } = acme
    await sendTen(alice, bob)
    clock.advance(3_000)
    const refused = await trySend(alice, bob, 'too early')
    expect(refused).toEqual({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('sendMessage'),
      retryAfterMs: 7_000,
    })
    clock.advance(6_999)
    expect(await trySend(alice, bob, 'a millisecond early')).toMatchObject({ retryAfterMs: 1 })
    clock.advance(1)
    expect(await trySend(alice, bob, 'in time')).toEqual({ sent: true })
  })

  it('does not count rejected, failed and repeated calls', async () => {
    const { alice, bob } = acme
    const first = await alice.say({ recipientId: bob.userId }, 'first', { idempotencyKey: 'first' })
    for (let at = 0; at < 12; at += 1) {
      const wrong = [
        { body: ' ' },
        { recipientId: alice.userId },
        { parentId: 'garbage' },
        { idempotencyKey: '' },
      ]
      const failed = await alice.mutate('sendMessage', {
        recipientId: bob.userId,
        body: 'x',
        ...wrong[at % 4],
      })
      expect(failed.__typename).toBe('InvalidInputError')
      const replay = await alice.say({ recipientId: bob.userId }, 'first', { idempotencyKey: 'first' })
      expect(replay.id).toBe(first.id)
    }
    for (let at = 1; at < 10; at += 1) expect(await trySend(alice, bob, `${at}`)).toEqual({ sent: true })
    for (let at = 0; at < 20; at += 1)
      expect(await trySend(alice, bob, 'x')).toMatchObject({ retryAfterMs: 10_000 })
    clock.advance(10_000)
    expect(await trySend(alice, bob, 'again')).toEqual({ sent: true })
  })

  it('answers a retried send at the limit, and holds its key against other content', async () => {
    const { alice, bob } = acme
    const first = await alice.say({ recipientId: bob.userId }, 'kept', { idempotencyKey: 'kept' })
    for (let at = 1; at < 10; at += 1) await trySend(alice, bob, `${at}`)
    const again = { recipientId: bob.userId, body: 'kept', idempotencyKey: 'kept' }
    const replay = await alice.mutate('sendMessage', again, 'message { id seq body }')
    expect(replay.message).toEqual({ id: first.id, seq: 1, body: 'kept' })
    const byHeader = await alice.mutate(
      'sendMessage',
      { recipientId: bob.userId, body: 'kept' },
      'message { id }',
      { 'idempotency-key': 'kept' },
    )
    expect(byHeader.message.id).toBe(first.id)
    const other = await alice.mutate('sendMessage', { ...again, body: 'another' })
    expect(other.__typename).toBe('ConflictError')
    expect(await trySend(alice, bob, 'new', { idempotencyKey: 'new' })).toMatchObject({
      code: 'RATE_LIMITED',
    })
  })

  it('counts to one limit whatever the conversation and whatever the transport', async () => {
    const { alice, bob, carol } = acme
    const groupId = await alice.group('Team', [bob, carol])
    const socket = await openSocket(app.url, { authorization: `Bearer ${alice.token}` })
    for (let at = 0; at < 5; at += 1) {
      await alice.say(at % 2 ? { conversationId: groupId } : { recipientId: carol.userId }, `${at}`)
      expect(await trySendOver(socket, bob, `${at}`)).toEqual({ sent: true })
    }
    expect(await trySendOver(socket, bob, 'over WebSocket')).toMatchObject({ retryAfterMs: 10_000 })
    expect(await trySend(alice, carol, 'over HTTP')).toMatchObject({ retryAfterMs: 10_000 })
    socket.socket.close()
  })

  it('is limited for one person alone, and for that person in each company apart', async () => {
    const { alice, bob, carol } = acme
    const globex = await app.company('Globex', { gina: 'owner' }, { limited: true })
    await globex.gina.mutate('syncMembers', { members: [{ externalId: alice.externalId, name: 'Alice' }] })
    const token = await app.issuer.mint({ subject: alice.externalId, companyId: globex.companyUuid })
    const there = new Client(app.url, token, alice)
    await sendTen(alice, bob)
    expect(await trySend(alice, bob, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await trySend(bob, alice, 'x')).toEqual({ sent: true })
    expect(await trySend(carol, alice, 'x')).toEqual({ sent: true })
    await sendTen(there, globex.gina)
    expect(await trySend(there, globex.gina, 'x')).toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('accepts exactly 10 of 40 at once', async () => {
    const { alice, bob } = acme
    const sends = await Promise.all(Array.from({ length: 40 }, (_, at) => trySend(alice, bob, `${at}`)))
    expect(sends.filter(({ sent }) => sent)).toHaveLength(10)
    const { conversations } = await bob.run('{ conversations { nodes { lastSeq } } }')
    expect(conversations.nodes).toEqual([{ lastSeq: 10 }])
  })
})

describe("a company's own limits", () => {
  const settings = (client: Client, sendLimits: unknown) =>
    client.mutate(
      'updateCompanySettings',
      { sendLimits },
      'company { settings { sendLimits { max perSeconds } } }',
    )

  it('hold at once, for open sockets too, and give way to those of the schema again', async () => {
    const { alice, bob } = acme
    const socket = await openSocket(app.url, { authorization: `Bearer ${bob.token}` })
    expect(await trySendOver(socket, alice, '1')).toEqual({ sent: true })
    const changed = await settings(alice, [{ max: 2, perSeconds: 60 }])
    expect(changed.company.settings.sendLimits).toEqual([{ max: 2, perSeconds: 60 }])
    expect(await trySendOver(socket, alice, '2')).toEqual({ sent: true })
    expect(await trySendOver(socket, alice, '3')).toMatchObject({ retryAfterMs: 60_000 })
    await settings(alice, [{ max: 100, perSeconds: 1 }])
    for (let at = 0; at < 20; at += 1) expect(await trySend(bob, alice, `${at}`)).toEqual({ sent: true })
    await settings(alice, null)
    expect(await trySend(bob, alice, 'x')).toMatchObject({ retryAfterMs: 10_000 })
    socket.socket.close()
  })

  it('are for sending alone', async () => {
    const { alice } = acme
    await settings(alice, [{ max: 1, perSeconds: 3_600 }])
    for (let at = 0; at < 5; at += 1) expect(await alice.group(`group ${at}`)).toBeTruthy()
  })
})

describe('every mutation', () => {
  const limits: Record<string, { max: number; per: string }[]> = {
    sendMessage: [
      { max: 10, per: '10s' },
      { max: 30, per: '1m' },
      { max: 120, per: '10m' },
      { max: 500, per: '1h' },
    ],
    markRead: [{ max: 600, per: '1m' }],
    acknowledgeDelivery: [{ max: 600, per: '1m' }],
    createAttachmentLink: [{ max: 600, per: '1m' }],
    setTyping: [{ max: 120, per: '1m' }],
    remindUnreadRecipients: [{ max: 10, per: '1h' }],
    requestExport: [{ max: 20, per: '1h' }],
    reportMessage: [
      { max: 10, per: '1m' },
      { max: 50, per: '1h' },
    ],
  }

  it.each(mutations())('$name has its limit, which holds', async ({ name, windows, inputType }) => {
    const expected = limits[name] ?? [{ max: 60, per: '1m' }]
    expect(windows).toEqual(expected)
    const { alice } = acme
    const [{ max, per } = { max: 0, per: '' }] = expected
    const { limiter } = app.application.services
    for (let at = 0; at < max; at += 1) {
      const taken = await limiter.take(`${acme.companyUuid}:${alice.uuid}:${name}`, [
        { max, perMs: parseWindow(per) },
      ])
      expect(taken.accepted).toBe(true)
    }
    const answer = await alice.send(
      `mutation ($input: ${inputType}!) { ${name}(input: $input) { __typename } }`,
      {
        input:
          name === 'sendMessage'
            ? { recipientId: acme.bob.userId, body: 'x' }
            : sample(schema.getType(inputType)),
      },
    )
    expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'RATE_LIMITED', retryAfterMs: parseWindow(per) },
    ])
  })
})

async function sendTen(from: Client, to: { userId: string }): Promise<void> {
  for (let at = 0; at < 10; at += 1) expect(await trySend(from, to, `${at}`)).toEqual({ sent: true })
}

/** Some value of an input type; only its shape counts. */
function sample(type: unknown): unknown {
  if (isNonNullType(type)) return sample(type.ofType)
  if (isListType(type)) return []
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type))
    return Object.fromEntries(required.map((field) => [field.name, sample(field.type)]))
  }
  const samples: Record<string, unknown> = {
    Int: 1,
    Boolean: true,
    DateTime: '2026-01-01T00:00:00Z',
    LocalDateTime: '2027-03-01T09:00:00',
  }
  return samples[String(type)] ?? 'x'
}
