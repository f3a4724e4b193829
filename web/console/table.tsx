import type { ComponentChildren } from 'preact'

/** A column of a table. */
export interface Column<Row> {
  head: string
  cell: (row: Row) => ComponentChildren
  /** `number` aligns at the end, `wide` may break lines, `acts` holds buttons. */
  kind?: 'number' | 'wide' | 'acts'
}

/** A table. Where there is no room for its columns, each row becomes a card with the heads as labels. */
export function Table<Row extends object>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string
  columns: readonly (Column<Row> | false)[]
  rows: readonly Row[]
  keyOf: (row: Row) => string | number
}) {
  const shown = columns.filter((column) => column !== false)
  return (
    <table class="table">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {shown.map(({ head, kind }) => (
            <th key={head} scope="col" class={kind}>
              {kind === 'acts' ? <span class="hidden">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {shown.map(({ head, kind, cell }, at) => {
              const Cell = at === 0 ? 'th' : 'td'
              return (
                <Cell key={head} class={kind} data-head={head} {...(at === 0 && { scope: 'row' as const })}>
                  {cell(row)}
                </Cell>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
