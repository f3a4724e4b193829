import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyCompany } from '../../src/companies/operations/destroy-company.ts'
import { withClient } from '../../src/database/roles.ts'
import { findPushes } from '../../src/push/push-statements.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { Browser, type PushReceiver, startPushReceiver } from './push-receiver.ts'
import { browserOf } from './pushing.ts'

let receiver: PushReceiver
let app: TestApp
beforeAll(async () => {
  receiver = await startPushReceiver()
  app = await startApp({
    environment: {
      push: { privateKey: undefined, subject: 'mailto:operator@example.test', testOrigin: receiver.origin },
    },
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

/** A company in which Bob has a browser, and a message for him waits to be found. */
async function withSubscription(): Promise<TestCompany<'alice' | 'bob'>> {
  const company = await app.company('Acme', { alice: 'owner', bob: 'member' })
  await browserOf(receiver, company.bob)
  await company.alice.say({ recipientId: company.bob.userId }, 'Hello')
  return company
}

const scan = ({ companyUuid }: { companyUuid: string }) =>
  app.application.services.database.forSystem(companyUuid).query(findPushes, { max: 200 })

function destroy({ companyUuid }: { companyUuid: string }): Promise<void> {
  const { services, keySource } = app.application
  return destroyCompany({ database: services.database, provider: keySource.provider }, companyUuid)
}

/** The numbers of rows that push messages of a company need. */
async function rowsLeft({ companyUuid }: { companyUuid: string }): Promise<number[]> {
  const counts = []
  for (const table of ['push_marks', 'push_subscriptions', 'push_deliveries', 'app.push_endpoints'])
    counts.push(
      ...(await onDatabase<{ count: number }>(
        app,
        `select count(*)::int as count from ${table} where company_id = $1`,
        [companyUuid],
      )),
    )
  return counts.map(({ count }) => count)
}

/** Starts each piece of work while the table is locked, when the one before waits for a lock, and gives all their ends. */
async function collide(table: string, works: (() => Promise<unknown>)[]) {
  return withClient(app.database.adminUrl, async (admin) => {
    await admin.query('begin')
    await admin.query(`lock table ${table} in access exclusive mode`)
    const running: Promise<unknown>[] = []
    for (const work of works) {
      running.push(work())
      await expect.poll(countWaiting, { timeout: 20_000 }).toBe(running.length)
    }
    await admin.query('rollback')
    return Promise.allSettled(running)
  })
}

async function countWaiting(): Promise<number> {
  const [found] = await onDatabase<{ count: number }>(
    app,
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return found?.count ?? 0
}

describe('the erasure of a company', () => {
  it('ends all subscriptions, with all that waits for them', async () => {
    const company = await withSubscription()
    await scan(company)
    expect(await rowsLeft(company)).toEqual([1, 1, 1, 1])
    await destroy(company)
    expect(await rowsLeft(company)).toEqual([0, 0, 0, 0])
  })

  it('goes through beside a scan for messages to push, and neither is undone', async () => {
    const company = await withSubscription()
    const ends = await collide('push_deliveries', [() => scan(company), () => destroy(company)])
    expect(ends).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }])
    expect(await rowsLeft(company)).toEqual([0, 0, 0, 0])
  })

  it('goes through beside a registration, which comes too late', async () => {
    const company = await withSubscription()
    const another = new Browser(receiver)
    const register = () =>
      company.bob.send(
        'mutation ($input: RegisterPushSubscriptionInput!) { registerPushSubscription(input: $input) { __typename } }',
        { input: another.subscription },
      )
    const ends = await collide('push_marks', [() => destroy(company), register])
    expect(ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled', value: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } },
    ])
    expect(await rowsLeft(company)).toEqual([0, 0, 0, 0])
  })
})
