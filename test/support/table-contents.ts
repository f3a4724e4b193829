import { withClient } from '../../src/database/roles.ts'

/** Every row of every table, as text and in a fixed order, past all policies: nothing half-written can hide. */
export async function tableContents(adminUrl: string): Promise<Record<string, string[]>> {
  return withClient(adminUrl, async (admin) => {
    const tables = await admin.query<{ name: string }>(
      `select quote_ident(relname) as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
    )
    const contents: Record<string, string[]> = {}
    for (const { name } of tables.rows) {
      const { rows } = await admin.query<{ row: string }>(`select t::text as row from ${name} t order by 1`)
      contents[name] = rows.map(({ row }) => row)
    }
    return contents
  })
}
