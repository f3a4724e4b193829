import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../../src/database/columns.ts'
import type { Database } from '../../src/database/database.ts'
import { withClient } from '../../src/database/roles.ts'
import { statement } from '../../src/database/statement.ts'
import { asTenant } from '../../src/database/tenant-pool.ts'
import { NotFoundError, RequestError } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { hireStaff, openPools, type Staff, seenBy } from './staff.ts'

const session = statement({
  name: 'session',
  row: rowsOf<{ pid: number; companyId: string; userId: string }>(),
  text: `select pg_backend_pid() as pid, current_setting('app.company_id', true) as "companyId",
    current_setting('app.user_id', true) as "userId"`,
})
const begin = statement({ name: 'begin', text: 'begin' })
const rollback = statement({ name: 'rollback', text: 'rollback' })
const failing = statement({ name: 'failing', text: 'select 1 / 0 as one' })
const bindOther = statement({
  name: 'bind_other',
  parameters: ['companyId', 'userId'],
  row: rowsOf<{ companyId: string }>(),
  text: 'select app.bind(:companyId, :userId) as "companyId"',
})
const endOthers = {
  name: 'end_others',
  text: `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'colloquy_app'`,
}

describe('the binding of connections', () => {
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

  /** With one connection, everybody after `before` must still see what is theirs and nothing else. */
  async function expectClean(): Promise<void> {
    expect(await seenBy(database)).toEqual([])
    expect(await seenBy(globex.tenant)).toEqual(globex.names)
    expect(await seenBy(acme.tenant)).toEqual(acme.names)
    expect(await seenBy(database)).toEqual([])
    expect((await globex.tenant.prisma.user.findMany()).map(({ name }) => name).sort()).toEqual(globex.names)
    expect(await database.unbound(session, {})).toMatchObject([{ companyId: '', userId: '' }])
  }

  it('goes from tenant to nobody to tenant on one connection', async () => {
    const pids = new Set<number>()
    for (const who of [acme.tenant, globex.tenant, acme.tenant]) {
      const [row] = await who.query(session, {})
      expect(row?.companyId).toBe(who.tenant.companyId)
      pids.add(row?.pid ?? 0)
    }
    expect(pids.size).toBe(1)
    await expectClean()
  })

  it('runs a lazy Prisma promise inside the scope it was made for, wherever it is awaited', async () => {
    const lazy = acme.tenant.prisma.user.findMany({ orderBy: { name: 'asc' } })
    const raw = acme.tenant.prisma.$queryRaw<{ name: string }[]>`select name from users order by name`
    expect(await seenBy(globex.tenant)).toEqual(globex.names)
    const [users, rows] = await asTenant(globex.tenant.tenant, () => Promise.all([lazy, raw]))
    expect(users.map(({ name }) => name)).toEqual(acme.names)
    expect(rows.map(({ name }) => name)).toEqual(acme.names)
  })

  it('holds for every way of asking that Prisma offers', async () => {
    const { prisma } = acme.tenant
    const { companyId: foreignCompany, userIds } = globex
    const foreign = { companyId: foreignCompany, id: userIds[0] ?? '' }
    expect(await prisma.user.count()).toBe(2)
    expect((await prisma.user.aggregate({ _count: true }))._count).toBe(2)
    expect(await prisma.user.groupBy({ by: ['companyId'] })).toEqual([{ companyId: acme.companyId }])
    expect(await prisma.user.findUnique({ where: { companyId_id: foreign } })).toBeNull()
    expect(await prisma.user.findFirst({ where: foreign })).toBeNull()
    expect(await prisma.user.updateMany({ where: foreign, data: { sound: false } })).toEqual({ count: 0 })
    expect(await prisma.$executeRaw`update users set sound = false where id = ${foreign.id}::uuid`).toBe(0)
    expect(await prisma.$queryRawUnsafe('select from users where id = $1::uuid', foreign.id)).toEqual([])
    await expect(
      prisma.user.update({ where: { companyId_id: foreign }, data: { sound: false } }),
    ).rejects.toMatchObject({ code: 'P2025' })
    await expect(prisma.user.findUniqueOrThrow({ where: { companyId_id: foreign } })).rejects.toMatchObject({
      code: 'P2025',
    })
    const company = await prisma.company.findUnique({
      where: { id: acme.companyId },
      include: { users: { orderBy: { name: 'asc' } } },
    })
    expect(company?.users.map(({ name }) => name)).toEqual(acme.names)
    expect(await prisma.company.findUnique({ where: { id: foreignCompany } })).toBeNull()
    await expectClean()
  })

  it('binds an interactive transaction of either role, and the statements after it', async () => {
    const within = await acme.tenant.transaction(async (transaction) => {
      const first = await transaction.user.findMany({ orderBy: { name: 'asc' } })
      const alone = await transaction.user.findUnique({
        where: { companyId_id: { companyId: globex.companyId, id: globex.userIds[0] ?? '' } },
      })
      return { names: first.map(({ name }) => name), alone }
    })
    expect(within).toEqual({ names: acme.names, alone: null })
    expect(await globex.tenant.prisma.$transaction((transaction) => transaction.user.count())).toBe(2)
    await expectClean()
  })

  it('refuses a transaction given as an array, by type and in fact', async () => {
    const { prisma } = acme.tenant
    // @ts-expect-error A tenant transaction takes a function.
    await expect(prisma.$transaction([prisma.user.findMany(), prisma.role.findMany()])).rejects.toThrow(
      TypeError,
    )
    await expectClean()
  })

  it('binds the next user of a connection whose transaction was rolled back', async () => {
    for (const tenant of [acme.tenant, globex.tenant]) {
      await expect(
        tenant.transaction(async (transaction) => {
          expect(await transaction.user.count()).toBe(2)
          throw new RangeError('on purpose')
        }),
      ).rejects.toThrow(RangeError)
      await expectClean()
      await expect(tenant.transaction((transaction) => transaction.$queryRaw`select 1 / 0`)).rejects.toThrow()
      await expectClean()
    }
  })

  it('keeps what app.bind sets inside its own transaction', async () => {
    const [bound] = await acme.tenant.query(bindOther, {
      companyId: globex.companyId,
      userId: globex.userIds[0],
    })
    expect(bound).toEqual({ companyId: globex.companyId })
    expect(await acme.tenant.query(session, {})).toMatchObject([{ companyId: acme.companyId }])
    expect(await seenBy(acme.tenant)).toEqual(acme.names)
    await expect(
      acme.tenant.transaction(async (transaction) => {
        await transaction.$queryRaw`select app.bind(${globex.companyId}::uuid, ${globex.userIds[0]}::uuid)`
        throw new RangeError('on purpose')
      }),
    ).rejects.toThrow(RangeError)
    await database.unbound(bindOther, { companyId: acme.companyId, userId: acme.userIds[0] })
    await expectClean()
  })

  it('is clean after a failed statement, and a rejection costs no new connection', async () => {
    const [before] = await acme.tenant.query(session, {})
    const unknown = statement({
      name: 'mark_read_unknown',
      parameters: ['companyId', 'userId', 'conversationId'],
      text: 'select app.mark_read(:companyId, :userId, :conversationId, null)',
    })
    for (const tenant of [acme.tenant, globex.tenant]) {
      await expect(tenant.query(failing, {})).rejects.toThrow('division by zero')
      await expectClean()
      const { companyId, userId } = tenant.tenant
      await expect(tenant.query(unknown, { companyId, userId, conversationId: newId() })).rejects.toThrow(
        NotFoundError,
      )
      await expect(tenant.prisma.$queryRaw`select 1 / 0`).rejects.toThrow()
      await expectClean()
    }
    const [after] = await acme.tenant.query(session, {})
    expect(after?.pid).toBe(before?.pid)
  })

  it('is clean after a rollback outside of a transaction, which succeeds and undoes the binding before it', async () => {
    expect(await seenBy(globex.tenant)).toEqual(globex.names)
    await acme.tenant.query(rollback, {})
    expect(await seenBy(acme.tenant)).toEqual(acme.names)
    await expectClean()
  })

  it('never hands on a connection that somebody left inside a transaction', async () => {
    for (const next of [globex.tenant, acme.tenant]) {
      await acme.tenant.query(begin, {})
      expect(await seenBy(next)).toEqual(next === globex.tenant ? globex.names : acme.names)
      await expectClean()
      await acme.tenant.query(begin, {})
      await next.query(rollback, {})
      expect(await seenBy(next)).toEqual(next === globex.tenant ? globex.names : acme.names)
      await acme.tenant.query(begin, {})
      await expect(next.query(failing, {})).rejects.toThrow('division by zero')
      await expectClean()
    }
  })

  it('comes back clean after its connection was killed, idle or in the middle of a transaction', async () => {
    expect(await seenBy(acme.tenant)).toEqual(acme.names)
    await killConnections()
    await settled(() => seenBy(globex.tenant))
    await expectClean()
    await expect(
      acme.tenant.transaction(async (transaction) => {
        await transaction.user.count()
        await killConnections()
        return transaction.user.count()
      }),
    ).rejects.toThrow()
    await settled(() => seenBy(globex.tenant))
    await expectClean()
  })

  /** A killed connection may be noticed only by the statement that uses it, which is then refused as worth a retry. */
  async function settled(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error) => {
      expect(error).toBeInstanceOf(RequestError)
      expect(error).toMatchObject({ code: 'UNAVAILABLE' })
    })
  }

  function killConnections(): Promise<unknown> {
    return withClient(cluster.adminUrl, (admin) => admin.query(endOthers))
  }

  it('follows the innermost scope, whatever surrounds it', async () => {
    await asTenant(acme.tenant.tenant, async () => {
      expect(await seenBy(globex.tenant)).toEqual(globex.names)
      expect(await seenBy(database)).toEqual([])
      expect(await globex.tenant.prisma.user.count({ where: { companyId: globex.companyId } })).toBe(2)
      expect(await globex.tenant.transaction((transaction) => transaction.user.count())).toBe(2)
      expect(
        await database.acrossCompanies(statement({ name: 'system', text: 'select from users' }), {}),
        'the system role bound to nobody',
      ).toEqual([])
    })
    await expectClean()
  })
})
