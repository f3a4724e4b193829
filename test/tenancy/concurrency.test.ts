import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { statement } from '../../src/database/statement.ts'
import { RequestError } from '../../src/errors.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { hireStaff, openPools, type Staff, seenBy } from './staff.ts'

const failing = statement({ name: 'failing', text: 'select 1 / 0 as one' })

describe('fewer connections than are wanted', () => {
  let cluster: TestDatabase
  let database: Database
  let acme: Staff
  let globex: Staff
  beforeAll(async () => {
    cluster = await cloneDatabase()
    database = openPools(cluster, 1)
    acme = await hireStaff(database, 'Acme', 'Alice')
    globex = await hireStaff(database, 'Globex', 'Gina')
  })
  afterAll(async () => {
    await database.close()
    await cluster.drop()
  })

  it('keep two companies apart in 1,000 concurrent look-ups by key', async () => {
    const small = openPools(cluster, 4)
    try {
      const tenants = [acme, globex].map(({ companyId, userIds }) => {
        return { companyId, userIds, tenant: small.forTenant({ companyId, userId: userIds[0] ?? '' }) }
      })
      const found = await Promise.all(
        Array.from({ length: 1000 }, async (_, index) => {
          const own = tenants[index % 2]
          const id = own?.userIds[(index >> 1) % 2] ?? ''
          const user = await patiently(async () =>
            own?.tenant.prisma.user.findUnique({ where: { companyId_id: { companyId: own.companyId, id } } }),
          )
          return user?.companyId === own?.companyId && user?.id === id
        }),
      )
      expect(found.filter(Boolean)).toHaveLength(1000)
    } finally {
      await small.close()
    }
  })

  it('keep two companies apart when 300 statements and transactions want 2 connections', async () => {
    const small = openPools(cluster, 2)
    try {
      const seen = await Promise.all(
        Array.from({ length: 300 }, async (_, index) => {
          const { companyId, userIds, names: own } = index % 2 ? acme : globex
          const tenant = small.forTenant({ companyId, userId: userIds[0] ?? '' })
          if (index % 7 === 0) return [await seenBy(small), []]
          if (index % 5 === 0) {
            const users = await tenant.transaction((transaction) =>
              transaction.user.findMany({ orderBy: { name: 'asc' } }),
            )
            return [users.map(({ name }) => name), own]
          }
          if (index % 3 === 0) await expect(tenant.query(failing, {})).rejects.toThrow('division by zero')
          return [await seenBy(tenant), own]
        }),
      )
      for (const [got, wanted] of seen) expect(got).toEqual(wanted)
    } finally {
      await small.close()
    }
  })
})

/** Asks again while too many wait for a connection, as clients do. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof RequestError && error.code === 'UNAVAILABLE')) throw error
    await delay(error.retryAfterMs ?? 0)
    return patiently(ask)
  }
}
