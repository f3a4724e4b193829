import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { createClock } from '../support/rate-limits.ts'
import { trySend } from '../support/sending.ts'

const CEILING = 5

const clock = createClock()
let app: TestApp
beforeAll(async () => {
  app = await startApp({ limiterClock: clock.read, environment: { sendLimitCeiling: CEILING } })
})
afterAll(() => app[Symbol.asyncDispose]())

const set = (client: Client, sendLimits: Data) =>
  client.mutate(
    'updateCompanySettings',
    { sendLimits },
    'company { settings { sendLimits { max perSeconds } } }',
  )

async function acceptedAtOnce(alice: Client, bob: Client, attempts = 3 * CEILING): Promise<number> {
  let accepted = 0
  for (let at = 0; at < attempts; at += 1) {
    if ((await trySend(alice, bob, `number ${at}`)).retryAfterMs === undefined) accepted += 1
  }
  return accepted
}

it('a company cannot set what the operator does not allow, and hears the ceiling for each window', async () => {
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' }, { limited: true })
  const windows = [
    { max: 6, perSeconds: 1 },
    { max: 300, perSeconds: 60 },
    { max: 301, perSeconds: 60 },
  ]
  const detail = (max: number, perSeconds: number) =>
    `Must be at most ${max} in ${perSeconds} s: the operator allows 5 calls a second and person.`
  expect(await set(alice, windows)).toMatchObject({
    __typename: 'InvalidInputError',
    issues: [
      { path: ['sendLimits', '0', 'max'], detail: detail(5, 1) },
      { path: ['sendLimits', '2', 'max'], detail: detail(300, 60) },
    ],
  })
  // Those of the schema hold as before.
  expect(await acceptedAtOnce(alice, bob)).toBe(10)
})

it('a window of many seconds at the ceiling is not used up in one', async () => {
  const { alice, bob } = await app.company('Initech', { alice: 'owner', bob: 'member' }, { limited: true })
  const atCeiling = [{ max: 300, perSeconds: 60 }]
  expect(await set(alice, atCeiling)).toMatchObject({ company: { settings: { sendLimits: atCeiling } } })
  expect(await acceptedAtOnce(alice, bob)).toBe(CEILING)
  clock.advance(1_000)
  expect(await acceptedAtOnce(alice, bob)).toBe(CEILING)
})

it('limits that a company set before the ceiling was lowered are reduced to the ceiling', async () => {
  const { alice, bob } = await app.company('Globex', { alice: 'owner', bob: 'member' })
  expect(await acceptedAtOnce(alice, bob)).toBe(CEILING)
  clock.advance(1_000)
  expect(await acceptedAtOnce(alice, bob)).toBe(CEILING)
  const { viewer } = await alice.run('{ viewer { company { settings { sendLimits { max perSeconds } } } } }')
  expect(viewer.company.settings.sendLimits).toEqual([{ max: CEILING, perSeconds: 1 }])
})

it('a company stays free to allow less', async () => {
  const { alice, bob } = await app.company('Hooli', { alice: 'owner', bob: 'member' }, { limited: true })
  await set(alice, [{ max: 2, perSeconds: 60 }])
  expect(await acceptedAtOnce(alice, bob)).toBe(2)
})
