import { withClient } from '../../src/database/roles.ts'

/** Every row of every table, as text and in a fixed order, past all policies: nothing half-written can hide. */
export async function tableContents(adminUrl: string): Promise<Record<string, string[]>> {
  return withClient(adminUrl, async (admin) => {
    const tables = await admin.query<{ name: string }>(
      `select quote_ident(relname) as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
    )
    const contents = Object.fromEntries(tables.rows.map(({ name }) => [name, [] as string[]]))
    const selects = tables.rows.map(
      ({ name }, at) => `select ${at} as "table", t::text as row from ${name} t`,
    )
    const { rows } = await admin.query<{ table: number; row: string }>(
      `${selects.join(' union all ')} order by "table", row`,
    )
    for (const { table, row } of rows) contents[tables.rows[table]?.name ?? '']?.push(row)
    return contents
  })
}
