import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../src/database/statement.ts'
import { RequestError } from '../../src/errors.ts'
import type { TestApp } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('a statement whose function a migration replaces at that moment is told to be tried again, and then succeeds', async () => {
  const { companyUuid } = await app.company('Acme', { ann: 'owner' })
  const system = app.application.services.database.forSystem(companyUuid)
  const call = statement({ name: 'call_replaced', text: 'select app.replaced()' })
  const define = (body: string) =>
    query(
      app.database.adminUrl,
      `create or replace function app.replaced() returns int language plpgsql as $$ begin ${body} end $$;
      grant execute on function app.replaced to colloquy_system`,
    )
  // As PostgreSQL says where the function was dropped between its look-up and its call.
  await define(`raise exception 'cache lookup failed for function 17372' using errcode = 'XX000';`)
  const refused = await system.query(call, {}).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RequestError)
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 })
  await define('return 1;')
  expect(await system.query(call, {})).toEqual([{ replaced: 1 }])
})
