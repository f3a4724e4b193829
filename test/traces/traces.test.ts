import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rowsOf } from '../../src/database/columns.ts'
import { statement } from '../../src/database/statement.ts'
import { MAX_STATEMENTS } from '../../src/traces/span-runner.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { enqueueAs, recordJobs } from '../support/jobs.ts'
import type { Recorder } from '../support/recorder.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts'

const SENT = '... on MessageSent { message { seq body } }'
const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { ... on SendMessagePayload { message { id } } ... on UserError { detail } } }`
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

const redis = await sharedRedisForTests()
afterAll(() => redis?.dispose())

const tracesTo = ({ url }: OtlpReceiver, serviceName: string) => ({
  traces: { url, headers: { authorization: 'Bearer collector' }, serviceName, ratio: 1 },
})

describe.skipIf(!redis)('two nodes that export their traces', () => {
  let receiver: OtlpReceiver
  let near: TestApp
  let far: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    const redisUrl = redis?.url ?? ''
    near = await startApp({ redisUrl, environment: tracesTo(receiver, 'near') })
    far = await startApp({ beside: near, environment: tracesTo(receiver, 'far') })
    acme = await near.company('Acme', { alice: 'owner', bob: 'member' })
  })
  afterAll(async () => {
    await far[Symbol.asyncDispose]()
    await near[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  const named = (name: string, service: string, traceId: string) =>
    vi.waitFor(
      () => {
        const found = receiver.spans.find(
          (span) => span.name === name && span.service === service && span.traceId === traceId,
        )
        if (!found) throw new Error(`no span ${name} of ${service}`)
        return found
      },
      { timeout: 20_000, interval: 100 },
    )

  /** Follows Bob's inbox at the other node until it is level: what a subscription has missed is no live event, and has no span. */
  async function followed(): Promise<Recorder> {
    const { alice, bob } = acme
    const inbox = await bob.at(far.url).inbox('... on ConversationActivity { message { body } }')
    for (const count of [1, 2, 3]) {
      await alice.say({ recipientId: bob.userId }, `Warming up ${count}`)
      await inbox.count(count)
    }
    return inbox
  }

  it('show request, operation, statement, event and delivery of a message in one trace, which a client may have begun', async () => {
    const { alice, bob } = acme
    await using inbox = await followed()
    const input = { recipientId: bob.userId, body: 'Traced' }
    await alice.run(SEND, { input }, { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` })
    await inbox.event(({ message }) => message?.body === 'Traced')
    const request = await named('request', 'near', TRACE_ID)
    const operation = await named('operation sendMessage', 'near', TRACE_ID)
    const statement = await named('send_messages', 'near', TRACE_ID)
    const event = await named('event MESSAGE_SENT', 'far', TRACE_ID)
    const delivery = await named('delivery', 'far', TRACE_ID)
    expect(request.parentSpanId).toBe('00f067aa0ba902b7')
    expect(operation.parentSpanId).toBe(request.spanId)
    expect(statement.parentSpanId).toBe(operation.spanId)
    expect(event.parentSpanId).toBe(statement.spanId)
    expect(delivery.parentSpanId).toBe(event.spanId)
    expect(statement.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'send_messages',
    })
    expect(request.attributes['http.response.status_code']).toBe(200)
    expect(receiver.authorizations).toContain('Bearer collector')
  })

  it('keep messages that are stored together in a trace each', async () => {
    const { alice, bob } = acme
    await using inbox = await followed()
    const before = inbox.events.length
    const traceIds = Array.from({ length: 12 }, (_, at) => `${at + 16}`.padStart(32, 'a'))
    await Promise.all(
      traceIds.map((traceId) =>
        alice.run(
          SEND,
          { input: { recipientId: bob.userId, body: 'Together' } },
          { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
        ),
      ),
    )
    await inbox.count(before + 12)
    for (const traceId of traceIds) {
      const statement = await named('send_messages', 'near', traceId)
      const event = await named('event MESSAGE_SENT', 'far', traceId)
      expect(event.parentSpanId).toBe(statement.spanId)
    }
    const events = receiver.spans.filter(
      ({ name, service, traceId }) =>
        name.startsWith('event') && service === 'far' && traceIds.includes(traceId),
    )
    expect(new Set(events.map(({ traceId }) => traceId)).size).toBe(12)
    expect(events).toHaveLength(12)
  })

  it('name no text, token, phone, address or person, whether an operation succeeds or fails', async () => {
    const { alice, bob } = acme
    const canary = 'canary-7f3a'
    const phone = '+14155550173'
    const conversationId = await alice.group(`${canary} title`, [bob])
    await using events = await bob.at(far.url).watch(conversationId, SENT)
    await alice.run(SEND, { input: { conversationId, body: `${canary} body ${phone}` } })
    await events.count(1)
    await alice.send(`query { users(search: "${canary}@acme.test") { nodes { name email } } }`)
    await alice.send('query ($text: String!) { searchMessages(text: $text) { nodes { id } } }', {
      text: canary,
    })
    await alice.mutate('upsertGuests', { guests: [{ externalId: canary, name: canary, phone }] })
    await alice.send(SEND, { input: { body: canary, recipientId: canary } })
    await bob.send('{ auditEvents(first: 1) { nodes { id } } }')
    await alice.say({ recipientId: bob.userId }, 'The last one')
    const before = receiver.spans.length
    await vi.waitFor(() => expect(receiver.spans.length).toBeGreaterThan(before), { timeout: 20_000 })
    const all = receiver.bodies.join('\n')
    expect(all).toContain('operation users')
    expect(all).toContain('operation upsertGuests')
    for (const secret of [
      canary,
      phone,
      phone.slice(1),
      alice.token,
      bob.token,
      'acme.test',
      alice.externalId,
    ])
      expect(all).not.toContain(secret)
    for (const { uuid, userId } of [alice, bob]) {
      expect(all).not.toContain(uuid)
      expect(all).not.toContain(userId)
    }
    expect(receiver.spans.filter(({ status }: ReceivedSpan) => status === 2).length).toBeGreaterThan(0)
  })
})

describe('a process that exports its traces', () => {
  let receiver: OtlpReceiver
  const spansOf = (name: string) =>
    vi.waitFor(
      () => {
        const root = receiver.spans.find((span) => span.name === name)
        if (!root) throw new Error(`no span ${name}`)
        const ofTrace = receiver.spans.filter(({ traceId }) => traceId === root.traceId)
        return { root, names: ofTrace.filter((span) => span !== root).map((span) => span.name) }
      },
      { timeout: 20_000, interval: 100 },
    )
  beforeAll(async () => {
    receiver = await startOtlpReceiver()
  })
  afterAll(() => receiver[Symbol.asyncDispose]())

  it('shows the statements of Prisma by model and operation, also those of a transaction', async () => {
    await using app = await startApp({ environment: tracesTo(receiver, 'alone') })
    const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
    await alice.run('{ viewer { role { name } } }')
    expect((await spansOf('operation viewer')).names).toContain('Role.findFirstOrThrow')
    await alice.group('Team', [bob])
    const { root, names } = await spansOf('transaction')
    expect(names).toContain('executeRaw')
    expect(root.attributes).toEqual({ 'db.system.name': 'postgresql', 'db.operation.name': 'transaction' })
  })

  it('gives each job a trace with its first hundred statements, and nothing that its payload says', async () => {
    const counted = statement({ name: 'counted', row: rowsOf<{ one: number }>(), text: 'select 1 as one' })
    const { tasks } = recordJobs(async ({ tenant }) => {
      for (let turn = 0; turn < 150; turn += 1) await tenant.query(counted, {})
    })
    await using app = await startApp({ tasks, environment: tracesTo(receiver, 'jobs') })
    const acme = await app.company('Acme', { alice: 'owner' })
    const payload = { broadcastId: acme.companyUuid }
    await enqueueAs(app, acme, { task: 'send_broadcast', payload })
    const { root, names } = await spansOf('job send_broadcast')
    expect(root.parentSpanId ?? '').toBe('')
    expect(root.attributes).toEqual({ 'colloquy.job.task': 'send_broadcast', 'colloquy.job.attempt': 1 })
    expect(names).toEqual(Array.from({ length: MAX_STATEMENTS }, () => 'counted'))
    expect(receiver.bodies.join('')).not.toContain(acme.companyUuid)
  })
})

describe('an exporter that fails', () => {
  const droppedIn = async (app: TestApp) => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return Number(/^colloquy_trace_spans_total\{outcome="dropped"\} (\d+)$/m.exec(text)?.[1] ?? 0)
  }

  it.each(['never', 'refuse'] as const)(
    'harms no operation, whether it answers %s: what it does not take is dropped and counted, and closing waits for nobody',
    async (answers) => {
      await using receiver = await startOtlpReceiver()
      receiver.answers = answers
      const app = await startApp({ environment: tracesTo(receiver, 'lonely') })
      const { ann } = await app.company('Acme', { ann: 'owner' })
      const before = await droppedIn(app)
      // More spans than may wait.
      for (let round = 0; round < 30; round += 1)
        await Promise.all(Array.from({ length: 40 }, () => ann.run('{ viewer { user { id } } }')))
      await vi.waitFor(async () => expect(await droppedIn(app)).toBeGreaterThan(before), { timeout: 20_000 })
      expect(await ann.run('{ viewer { user { id } } }')).toEqual({ viewer: { user: { id: ann.userId } } })
      const began = performance.now()
      await app[Symbol.asyncDispose]()
      expect(performance.now() - began).toBeLessThan(8_000)
    },
  )
})

it('a server without an exporter has no traces', async () => {
  await using app = await startApp()
  expect(app.application.services.traces).toBeUndefined()
})
