import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

let app: TestApp
let acme: TestCompany<'alice'>
let headers: { authorization: string }
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner' })
  headers = { authorization: `Bearer ${acme.alice.token}` }
})
afterAll(() => app[Symbol.asyncDispose]())

const EVENTS = 'inboxEvents { __typename }'
const NOTHING: [string, Record<string, unknown>][] = [
  ['subscription { inboxEvents @skip(if: true) { __typename } }', {}],
  ['subscription { inboxEvents @include(if: false) { __typename } }', {}],
  ['subscription { presenceChanged @skip(if: true) { status } }', {}],
  ['subscription { x: inboxEvents @skip(if: true) @include(if: true) { __typename } }', {}],
  [`subscription { ... @skip(if: true) { ${EVENTS} } }`, {}],
  [`subscription { ... on Subscription @include(if: false) { ${EVENTS} } }`, {}],
  [`subscription { ...F @skip(if: true) } fragment F on Subscription { ${EVENTS} }`, {}],
  ['subscription { ...F } fragment F on Subscription { inboxEvents @skip(if: true) { __typename } }', {}],
  [`subscription { ... { ...F } } fragment F on Subscription { ... @include(if: false) { ${EVENTS} } }`, {}],
  ['subscription ($x: Boolean!) { inboxEvents @skip(if: $x) { __typename } }', { x: true }],
  ['subscription ($x: Boolean = false) { inboxEvents @include(if: $x) { __typename } }', {}],
  [
    'subscription ($x: Boolean!) { ...F } fragment F on Subscription { inboxEvents @include(if: $x) { __typename } }',
    { x: false },
  ],
]

// A condition by variable is refused whatever its value: a subscription has one field, known before it runs.
describe('a subscription whose conditions may leave it without a field', () => {
  it.each(NOTHING)('%s is BAD_USER_INPUT on every transport', async (query, variables) => {
    const faults = app.logged.filter(({ level }) => level === 50).length
    const { answers } = await overSse(app.url, headers, query, { variables })
    const { ask, socket } = await openSocket(app.url, headers)
    const { type, payload } = await ask(query, { variables })
    socket.close()
    const codes = [answers[0]?.errors, type === 'error' ? payload : payload.errors].map((errors) =>
      errors?.map(({ extensions }: never) => extensions),
    )
    expect(codes).toEqual([[{ code: 'BAD_USER_INPUT' }], [{ code: 'BAD_USER_INPUT' }]])
    expect(app.logged.filter(({ level }) => level === 50)).toHaveLength(faults)
    expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(/^colloquy_live_subscriptions 0$/m)
  })

  it('has its field where they leave it', async () => {
    const events = acme.alice.subscribe('subscription { inboxEvents @skip(if: false) { __typename } }')
    await expect
      .poll(async () => (await fetch(`${app.url}/metrics`)).text(), { timeout: 30_000 })
      .toMatch(/^colloquy_live_subscriptions 1$/m)
    await events[Symbol.asyncDispose]()
  })
})
