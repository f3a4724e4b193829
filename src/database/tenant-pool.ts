import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import { createSemaphore, type Semaphore } from '../concurrency/semaphore.ts'
import { type PoolName, poolFailures, poolWait } from '../metrics/load-metrics.ts'
import { bindTenant, queryBound } from './bound-query.ts'

/** The company, and except for system work the member, whose rows a statement may see. */
export interface Tenant {
  companyId: string
  userId?: string
}

/** Says whether a connection may be used. One that may not is closed. */
export type Accepts = (client: pg.ClientBase) => boolean

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

/**
 * Maximum share of the connections that one company holds, so that others continue while its writes wait for one
 * another.
 */
const LARGEST_SHARE = 0.6
const MAX_WAIT_MS = 5_000

const scope = new AsyncLocalStorage<Tenant | undefined>()
const NOBODY = ' '
/** Commands that cannot end the transaction they run in. A rollback succeeds and undoes the binding before it. */
const KEEPS_BINDING: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
/** The tenant of a connection whose last statement may have failed, and undone its binding. */
const UNKNOWN = ''
/** The number of scopes that are open. */
let scoped = 0

/**
 * Runs `work` so that every connection checked out inside it is bound to `tenant`. `work` must await its queries. For Prisma,
 * which checks connections out by itself; statements name their tenant.
 */
export async function asTenant<T>(tenant: Tenant, work: () => Promise<T>): Promise<T> {
  scoped += 1
  try {
    return await scope.run(tenant, work)
  } finally {
    scoped -= 1
    // Until the next scope, promises cost nothing more: below Node 24 a storage in use hooks into each of them.
    if (scoped === 0) scope.disable()
  }
}

/**
 * A pool whose connections are bound to the tenant of the calling scope at check-out, and unbound outside of a scope.
 * Binding costs a round trip only for a transaction, and only when the connection's last tenant was another; a single statement binds
 * in its own. It happens before transactions, because a rollback would undo it while the pool remembers it. It needs session state, so a PgBouncer in transaction
 * mode breaks it.
 */
export class TenantPool extends pg.Pool {
  /** The tenants of connections that have been bound, and so have prepared the statement that binds them. */
  readonly #lastTenant = new WeakMap<pg.ClientBase, string>()
  readonly #shares: Semaphore
  readonly #name: PoolName
  readonly #wait: { observe(seconds: number): void }

  constructor(name: PoolName, options: pg.PoolConfig) {
    super(options)
    this.#name = name
    this.#wait = poolWait.labels(name)
    this.#shares = createSemaphore({
      total: Number.POSITIVE_INFINITY,
      perCompany: Math.ceil((options.max ?? 10) * LARGEST_SHARE),
      maxWaitMs: options.connectionTimeoutMillis ?? MAX_WAIT_MS,
    })
    // A connection that breaks while checked out fails its query. Without this listener its error event would end the
    // process.
    this.on('connect', (client) => client.on('error', () => {}))
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const bound = this.#checkOut(scope.getStore())
    if (!callback) return bound
    bound.then(
      (client) =>
        callback(undefined, client, (release) => client.release(release === undefined ? undefined : true)),
      (error: Error) => callback(error, undefined, () => {}),
    )
    return undefined
  }

  /** Runs a statement bound to the tenant, or to nobody, in one round trip. */
  async run<Row extends pg.QueryResultRow>(
    query: pg.QueryConfig,
    tenant: Tenant | undefined,
    accepts?: Accepts,
  ): Promise<Row[]> {
    const client = await this.#take(tenant, accepts)
    // The first tenant of a connection prepares the statement that binds it.
    if (this.#isBoundTo(client, tenant) || !this.#lastTenant.has(client))
      return this.#runOn(await this.#bind(client, tenant), () => client.query<Row>(query))
    return this.#runOn(client, async () => {
      this.#lastTenant.set(client, UNKNOWN)
      const result = await queryBound<Row>(client, query, bindingOf(tenant))
      if (KEEPS_BINDING.has(result.command)) this.#lastTenant.set(client, keyOf(tenant))
      return result
    })
  }

  /** Runs a statement that binds its tenant itself, for its own transaction: the connection needs no binding. */
  async runUnbound<Row extends pg.QueryResultRow>(
    query: pg.QueryConfig,
    tenant: Tenant,
    accepts?: Accepts,
  ): Promise<Row[]> {
    const client = await this.#take(tenant, accepts)
    return this.#runOn(client, () => client.query<Row>(query))
  }

  async #runOn<Row extends pg.QueryResultRow>(
    client: pg.PoolClient,
    run: () => Promise<pg.QueryResult<Row>>,
  ): Promise<Row[]> {
    try {
      const { rows } = await run()
      client.release()
      return rows
    } catch (error) {
      client.release(error as Error)
      throw error
    }
  }

  async #checkOut(tenant: Tenant | undefined): Promise<pg.PoolClient> {
    return this.#bind(await this.#take(tenant), tenant)
  }

  #take(tenant: Tenant | undefined, accepts?: Accepts): Promise<pg.PoolClient> {
    return this.#timed(async () => {
      const client = tenant ? await this.#takeShare(tenant) : withCare(await super.connect())
      if (!accepts || accepts(client)) return client
      client.release(true)
      throw new Error('The connection leads to another server.')
    })
  }

  async #timed(take: () => Promise<pg.PoolClient>): Promise<pg.PoolClient> {
    const began = performance.now()
    try {
      const client = await take()
      this.#wait.observe((performance.now() - began) / 1000)
      return client
    } catch (error) {
      poolFailures.inc({ pool: this.#name })
      throw error
    }
  }

  /** Takes a connection within the company's share. */
  async #takeShare({ companyId }: Tenant): Promise<pg.PoolClient> {
    const release = await this.#shares.take({ companyId }).catch((cause) => {
      // The message that pg uses for an exhausted pool.
      throw new Error('timeout exceeded when trying to connect', { cause })
    })
    try {
      return withCare(await super.connect(), release)
    } catch (error) {
      release()
      throw error
    }
  }

  async #bind(client: pg.PoolClient, tenant: Tenant | undefined): Promise<pg.PoolClient> {
    if (this.#isBoundTo(client, tenant)) return client
    try {
      this.#lastTenant.delete(client)
      await client.query({ ...bindTenant, values: bindingOf(tenant) })
      this.#lastTenant.set(client, keyOf(tenant))
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  #isBoundTo(client: pg.PoolClient, tenant: Tenant | undefined): boolean {
    return this.#lastTenant.get(client) === keyOf(tenant)
  }
}

function keyOf(tenant: Tenant | undefined): string {
  return tenant ? `${tenant.companyId} ${tenant.userId ?? ''}` : NOBODY
}

function bindingOf(tenant: Tenant | undefined): string[] {
  return [tenant?.companyId ?? '', tenant?.userId ?? '']
}

/**
 * pg.Pool discards a connection after every error, and keeps one that was released inside a transaction. Here a
 * rejected statement costs no reconnection, and an open transaction never reaches the next tenant.
 */
function withCare(client: pg.PoolClient, onRelease = () => {}): pg.PoolClient {
  const release = client.release
  client.release = (reason) => {
    const isStatementError = reason instanceof pg.DatabaseError && reason.severity === 'ERROR'
    const isIdle = client.getTransactionStatus() === 'I'
    release.call(client, isIdle && isStatementError ? undefined : (reason ?? !isIdle))
    onRelease()
  }
  return client
}
