/** Carries the type of a statement's rows; at run time there is nothing in it. */
export interface RowType<Row extends object> {
  readonly type?: Row
}

/** A list of columns, as SQL and as the type of the rows that have them. */
export interface Columns<Row extends object> extends RowType<Row> {
  readonly names: readonly (keyof Row & string)[]
  /** The select list for a row of this alias. */
  of(alias: string): string
}

/** The type of the rows that a list of columns gives. */
export type RowOf<List extends RowType<object>> = List extends RowType<infer Row> ? Row : never

type Source = string | ((alias: string) => string)

/** A column: its type and, unless it is the one of its own name in snake case, where it comes from. */
export class Column<Value> {
  declare readonly type: Value
  readonly source: Source | undefined

  constructor(source?: Source) {
    this.source = source
  }

  /** The same, where it may be null. */
  get orNull(): Column<Value | null> {
    return new Column(this.source)
  }

  /** The same, computed by this SQL, or by the SQL that the function makes for the alias. */
  from(source: Source): Column<Value> {
    return new Column(source)
  }
}

/** The types of columns, as pg gives them. */
export const column = {
  uuid: new Column<string>(),
  text: new Column<string>(),
  integer: new Column<number>(),
  boolean: new Column<boolean>(),
  instant: new Column<Date>(),
  bytes: new Column<Buffer>(),
  of: <Value>() => new Column<Value>(),
}

/** Makes a list of columns: `columns({ id: column.uuid, authorId: column.uuid }).of('m')` is `m.id, m.author_id as "authorId"`. */
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

/** The type of rows that a statement names column by column. */
export function rowsOf<Row extends object>(): RowType<Row> {
  return {}
}
