import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Act, acting, type FindAct, UNKNOWN_ACT, valuesOfAct } from './acting.ts'
import { toDomainError } from './errors.ts'
import { PrismaClient } from './generated/prisma/client.ts'
import { CONNECTION_WAIT_MS, openPool } from './open-pool.ts'
import { openReplica } from './replica/open-replica.ts'
import { readingFromReplica } from './replica/read-from-replica.ts'
import { type Statement, statement, type Values } from './statement.ts'
import { configOf } from './statement-config.ts'
import { type TenantClient, type Transaction, tenantClient } from './tenant-client.ts'
import { asTenant, type Tenant, type TenantPool } from './tenant-pool.ts'

/** Checks only that the database answers. */
export const ready = statement({ name: 'ready', text: 'select 1 as one' })

/** Runs a statement with a value for each of its parameters. */
type Run = <Name extends string, Row extends object>(
  statement: Statement<Name, Row>,
  values: Values<Name>,
) => Promise<Row[]>

/** The database as one tenant sees it: it returns rows of the company only. */
export interface TenantDatabase {
  readonly tenant: Tenant
  /** Prisma's usual API. */
  readonly prisma: TenantClient
  /** One prepared statement, for reads shaped like a screen and writes of one round trip. */
  query: Run
  /**
   * One prepared call of a function that begins with app.bind: one round trip, whoever the connection was bound to. The
   * audit trail tells by which request.
   */
  call: Run
  /** One interactive transaction, bound to its act; `work` must not be repeated by the caller after success. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** From now on queries may be answered by a replica that shows all that was committed. It is called for GraphQL's queries alone. */
  readFromReplica(): void
}

/**
 * Returns the ids of the conversations that the operator's policy decides about and lets the tenant's member read. It is given the
 * database as it is without the policy.
 */
export type FindAllowed = (unpoliced: TenantDatabase) => Promise<string[]>

/** The process's connections to PostgreSQL. */
export interface Database {
  /** The serving role, bound to a member of a company. */
  forTenant(tenant: Required<Tenant>, findAct?: FindAct, findAllowed?: FindAllowed): TenantDatabase
  /** The system role, bound to a company. */
  forSystem(companyId: string, findAct?: FindAct): TenantDatabase
  /** The serving role bound to nobody: only for the functions that signing in needs. */
  unbound: Run
  /** One prepared call of a function that binds one company after another, on connections that nothing else uses. */
  batch: Run
  /** The system role bound to nobody: lists of companies and of stream positions. */
  acrossCompanies: Run
  /** The same on a connection that nothing else uses: measuring takes none from what is measured. */
  measuring: Run
  /** The same on a connection of its own that stays open, so that a lock of its session is kept. */
  sealing: Run
  close(): Promise<void>
}

/** The address of PostgreSQL, and the number of connections. */
export interface DatabaseOptions {
  appUrl: string
  systemUrl: string
  /** A replica of the same PostgreSQL, by the serving role. Undefined: there is none. */
  replicaUrl?: string | undefined
  poolSize: number
  log: Logger
}

/**
 * Maximum time of a statement, as long as that of an interactive transaction, so that one expensive query does not keep
 * a connection from others.
 */
const STATEMENT_MS = 15_000
/** Each connection plans the statements of a batch anew, so there are few. While one waits for the disk, another computes. */
const BATCH_CONNECTIONS = 2
/** A batch waits for no lock, so one that takes longer is stuck. Its messages are then sent one by one. */
const BATCH_MS = 4_000

/** Opens the pools of both roles. Connections are opened when they are first needed. */
export function openDatabase({ appUrl, systemUrl, replicaUrl, poolSize, log }: DatabaseOptions): Database {
  // A parameter of this name in the URL takes precedence. The system role has no such limit.
  const app = openRole('serving', appUrl, poolSize, log, { statement_timeout: STATEMENT_MS })
  const system = openRole('system', systemUrl, Math.max(2, Math.ceil(poolSize / 4)), log)
  const measuring = openRole('measuring', systemUrl, 1, log)
  const sealing = openRole('sealing', systemUrl, 1, log, { idleTimeoutMillis: 0 })
  const batches = openRole('batches', appUrl, BATCH_CONNECTIONS, log, {
    statement_timeout: BATCH_MS,
    idleTimeoutMillis: 0,
  })
  const replica = replicaUrl ? openReplica({ replicaUrl, primaryUrl: appUrl, poolSize, log }) : undefined
  return {
    forTenant: (tenant, findAct, findAllowed) => {
      const onPrimary = app.bind(tenant, findAct)
      const bound = replica ? readingFromReplica(onPrimary, replica, tenant) : onPrimary
      return findAllowed ? policed(bound, findAllowed) : bound
    },
    forSystem: (companyId, findAct) => system.bind({ companyId }, findAct),
    unbound: asNobody(app.pool),
    batch: asNobody(batches.pool),
    acrossCompanies: asNobody(system.pool),
    measuring: asNobody(measuring.pool),
    sealing: asNobody(sealing.pool),
    async close() {
      await Promise.all([app, system, measuring, sealing, batches, replica].map((opened) => opened?.close()))
    },
  }
}

function openRole(...[name, url, max, log, limits]: Parameters<typeof openPool>) {
  const { pool, close } = openPool(name, url, max, log, limits)
  const base = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) })
  return {
    pool,
    bind: (tenant: Tenant, findAct?: FindAct) => bindTenant(base, pool, tenant, findAct),
    async close() {
      await base.$disconnect()
      await close()
    },
  }
}

function bindTenant(base: PrismaClient, pool: TenantPool, tenant: Tenant, findAct?: FindAct): TenantDatabase {
  let prisma: TenantClient | undefined
  const query = runner((config) => pool.run(config, tenant))
  const read = runner((config) => pool.runUnbound(config, tenant))
  const call: Run = async (statement, values) => {
    const act = findAct
      ? await findAct(Object.hasOwn(values, 'key') && Reflect.get(values, 'key'))
      : UNKNOWN_ACT
    return runner((config) =>
      pool.runUnbound(
        { ...config, ...acting(statement), values: [...(config.values ?? []), ...valuesOfAct(act)] },
        tenant,
      ),
    )(statement, values)
  }
  return {
    tenant,
    get prisma() {
      prisma ??= tenantClient(base, tenant)
      return prisma
    },
    query: (statement, values) => (statement.bindsItself ? read : query)(statement, values),
    call,
    async transaction(work) {
      const act = await findAct?.(undefined)
      try {
        return await asTenant(
          tenant,
          async () =>
            await base.$transaction(
              async (transaction) => {
                if (act) await bindAct(transaction, tenant, act)
                return work(transaction)
              },
              { maxWait: CONNECTION_WAIT_MS, timeout: 15_000 },
            ),
        )
      } catch (error) {
        throw toDomainError(error)
      }
    },
    readFromReplica() {},
  }
}

/**
 * The database as a policy lets a member see it: reads that show conversations run with its rule. Ids of conversations that are
 * written to are looked at before the write.
 */
function policed(bound: TenantDatabase, findAllowed: FindAllowed): TenantDatabase {
  const query: Run = async (statement, values) =>
    statement.policed
      ? bound.query(statement.policed, { ...values, policyAllows: await findAllowed(bound) })
      : bound.query(statement, values)
  return {
    tenant: bound.tenant,
    get prisma() {
      return bound.prisma
    },
    query,
    call: bound.call,
    transaction: bound.transaction,
    readFromReplica: bound.readFromReplica,
  }
}

async function bindAct(transaction: Transaction, { companyId }: Tenant, act: Act): Promise<void> {
  const [actorId, requestId, ...bytes] = valuesOfAct(act)
  const [keyHash, originId, salt, sealed] = bytes
  await transaction.$queryRaw`
    select app.bind_act(${companyId}::uuid, ${actorId}::uuid, ${requestId}, ${keyHash}, ${originId}, ${salt}, ${sealed})::text`
}

function asNobody(pool: TenantPool): Run {
  return runner((config) => pool.run(config, undefined))
}

/** Runs statements by what sends one to PostgreSQL. They throw RequestError and UserError. */
function runner(send: <Row extends object>(config: pg.QueryConfig) => Promise<Row[]>): Run {
  return async <Name extends string, Row extends object>(
    statement: Statement<Name, Row>,
    values: Values<Name>,
  ) => {
    try {
      return await send<Row>(configOf(statement, values))
    } catch (error) {
      throw toDomainError(error)
    }
  }
}
