import { afterAll, beforeAll, expect, it } from 'vitest'
import { RequestError } from '../../src/errors.ts'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('of two transactions that wait for each other one is told to try again, and the other ends', async () => {
  const { companyUuid } = await app.company('Acme', { ann: 'owner' })
  const system = app.application.services.database.forSystem(companyUuid)
  let holding = 0
  const lockInTurn = (own: 0 | 1) =>
    system.transaction(async (transaction) => {
      const lock = (key: number) => transaction.$queryRaw`select pg_advisory_xact_lock(91, ${key})::text`
      await lock(own)
      holding += 1
      await expect.poll(() => holding).toBe(2)
      await lock(1 - own)
    })
  const ends = await Promise.allSettled([lockInTurn(0), lockInTurn(1)])
  const refused = ends.filter((end) => end.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.reason).toBeInstanceOf(RequestError)
  expect(refused[0]?.reason).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 })
})
