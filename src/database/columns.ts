/** Carries the type of a statement's rows. It has no value at run time. */
export interface RowType<Row extends object> {
  readonly type?: Row
}

/** A list of columns, as SQL and as the type of its rows. */
export interface Columns<Row extends object> extends RowType<Row> {
  readonly names: readonly (keyof Row & string)[]
  /** The select list for a row of this alias. */
  of(alias: string): string
}

/** The row type of a list of columns. */
export type RowOf<List extends RowType<object>> = List extends RowType<infer Row> ? Row : never

type Source = string | ((alias: string) => string)

/** A column: its type and its SQL. Without SQL it is the column of the same name in snake case. */
export class Column<Value> {
  declare readonly type: Value
  readonly source: Source | undefined

  constructor(source?: Source) {
    this.source = source
  }

  /** The same column, nullable. */
  get orNull(): Column<Value | null> {
    return new Column(this.source)
  }

  /** The same column, computed by this SQL, or by the SQL that the function returns for the alias. */
  from(source: Source): Column<Value> {
    return new Column(source)
  }
}

/** The types of columns, as pg returns them. */
export const column = {
  uuid: new Column<string>(),
  text: new Column<string>(),
  integer: new Column<number>(),
  boolean: new Column<boolean>(),
  instant: new Column<Date>(),
  bytes: new Column<Buffer>(),
  of: <Value>() => new Column<Value>(),
}

/**
 * Creates a list of columns: `columns({ id: column.uuid, authorId: column.uuid }).of('m')` is `m.id, m.author_id as
 * "authorId"`.
 */
export function columns<Shape extends Record<string, Column<unknown>>>(
  shape: Shape,
): Columns<{ [Name in keyof Shape]: Shape[Name]['type'] }> {
  const entries = Object.entries(shape)
  return {
    names: Object.keys(shape),
    of: (alias) => entries.map(([name, { source }]) => selected(alias, name, source)).join(', '),
  }
}

function selected(alias: string, name: string, source: Source | undefined): string {
  const own = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  if (source === undefined && own === name) return `${alias}.${own}`
  const sql = typeof source === 'function' ? source(alias) : (source ?? `${alias}.${own}`)
  return `${sql} as ${own === name ? name : `"${name}"`}`
}

/** The row type of a statement that names its columns itself. */
export function rowsOf<Row extends object>(): RowType<Row> {
  return {}
}
