import { withClient } from '../../src/database/roles.ts'
import type { TestApp } from './app.ts'

/** Runs SQL as the owner of the tables. */
export async function onDatabase<Row extends object>(
  { database }: TestApp,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  let rows: Row[] = []
  await withClient(database.adminUrl, async (admin) => {
    rows = (await admin.query<Row>(text, values)).rows
  })
  return rows
}
