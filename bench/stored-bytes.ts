import { withClient } from '../src/database/roles.ts'

/** Bytes of each table, with its indexes and its long values, by name. */
export function tableBytes(adminUrl: string): Promise<Map<string, number>> {
  return withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ name: string; bytes: string }>(
      `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    )
    return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]))
  })
}

/** Growth of the tables by one message, for those that grow by a byte or more, and of all together. */
export async function bytesPerMessage(
  adminUrl: string,
  before: ReadonlyMap<string, number>,
): Promise<Record<string, number>> {
  const after = await tableBytes(adminUrl)
  const count = await withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ count: string }>('select count(*) from messages')
    return Number(rows[0]?.count ?? 0)
  })
  const grown = [...after].map(
    ([name, bytes]) => [name, Math.round((bytes - (before.get(name) ?? 0)) / count)] as const,
  )
  const tables = grown.filter(([, bytes]) => bytes >= 1).toSorted(([, one], [, other]) => other - one)
  return { all: tables.reduce((sum, [, bytes]) => sum + bytes, 0), ...Object.fromEntries(tables) }
}
