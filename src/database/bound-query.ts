import pg from 'pg'

/** The statement that binds a connection to a company and a member. `text` is prepared once a connection, by its name. */
export const bindTenant = {
  name: 'bind_tenant',
  text: `select set_config('app.company_id', $1, false), set_config('app.user_id', $2, false)`,
}

/** The messages of PostgreSQL's extended protocol that a query sends, as pg's own queries do. */
interface Wire {
  bind(config: { statement: string; values: unknown[] }): void
  execute(config: { rows: number }): void
}

interface Preparing {
  prepare(connection: Wire): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Wire): void
}

// The types of pg do not know how its queries talk to a connection.
const Query = pg.Query as unknown as new (config: pg.QueryConfig) => Preparing & pg.Submittable

/**
 * A prepared statement that binds its connection in the same round trip. Both run in one implicit transaction, which ends at the
 * only Sync: PostgreSQL skips the statement if binding has failed, and undoes the binding if the statement fails. The connection
 * must have prepared `bindTenant`.
 */
class BoundQuery extends Query {
  readonly #binding: unknown[]
  #isBound = false

  constructor(config: pg.QueryConfig, binding: unknown[]) {
    super(config)
    // Without a name it might go by the simple protocol, which would run it under the connection's earlier binding.
    if (!config.name) throw new Error('A statement that binds its connection is a prepared one, with a name.')
    this.#binding = binding
  }

  override prepare(connection: Wire): void {
    connection.bind({ statement: bindTenant.name, values: this.#binding })
    connection.execute({ rows: 0 })
    super.prepare(connection)
  }

  override handleDataRow(message: unknown): void {
    if (this.#isBound) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.#isBound) super.handleCommandComplete(message, connection)
    else this.#isBound = true
  }
}

/** Runs a prepared statement on a connection that it binds. The values are those of `bindTenant`. Throws DatabaseError. */
export function queryBound<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  config: pg.QueryConfig,
  binding: unknown[],
): Promise<pg.QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: pg.QueryResult<Row>) =>
      error ? reject(error) : resolve(result)
    client.query(Object.assign(new BoundQuery(config, binding), { callback }))
  })
}
