import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('a write that PostgreSQL has no room for is UNAVAILABLE for half a minute, and no fault of ours', async () => {
  const { companyUuid } = await app.company('Acme', { ann: 'owner' })
  const system = app.application.services.database.forSystem(companyUuid)
  const writing = system.transaction(
    (transaction) =>
      transaction.$executeRaw`do $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`,
  )
  await expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 30_000 })
})
