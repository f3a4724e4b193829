import { ColumnTypeEnum, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type pg from 'pg'

// pg_type.oid of "char", the one-letter type of PostgreSQL's catalogue, and of text.
const internalChar = 18
const text = 25

/**
 * Allows the schema engine to read columns of the catalogue's type "char", without which it cannot read a schema.
 * Prisma's adapter rejects the type, so it is declared as text in pg's result and as a character again in the adapter's
 * result.
 */
export function readInternalChars(adapter: SqlDriverAdapter & { underlyingDriver(): pg.Pool }): void {
  const pool = adapter.underlyingDriver()
  const query = pool.query.bind(pool)
  const queryRaw = adapter.queryRaw.bind(adapter)
  // Both results share their array of rows.
  const charColumns = new WeakMap<unknown[][], number[]>()

  Object.assign(pool, {
    async query(config: pg.QueryArrayConfig) {
      const result = await query(config)
      const chars = result.fields.flatMap((field, index) =>
        field.dataTypeID === internalChar ? [index] : [],
      )
      for (const field of result.fields) if (field.dataTypeID === internalChar) field.dataTypeID = text
      charColumns.set(result.rows, chars)
      return result
    },
  })

  adapter.queryRaw = async (request) => {
    const result = await queryRaw(request)
    for (const index of charColumns.get(result.rows) ?? [])
      result.columnTypes[index] = ColumnTypeEnum.Character
    return result
  }
}
