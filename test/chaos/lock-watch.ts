import pg from 'pg'

/** The longest that anybody waited for a table, and that one transaction kept others from a table that was there before. */
interface LockTimes {
  waitedMs: number
  heldMs: number
  /** The table and mode of the longest lock. */
  held: string
}

/** Looks at the locks of tables until it is stopped. */
interface LockWatch {
  stop(): Promise<LockTimes>
}

const EVERY_MS = 10

/**
 * Begins to watch, as a superuser. Waits are told by PostgreSQL itself. How long a lock was held is told by looking every 10 ms, so that
 * a shorter one may be missed. Only locks count that keep others from writing.
 */
export async function watchLocks(adminUrl: string): Promise<LockWatch> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ oid: number }>(
    `select c.oid::int as oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`,
  )
  const tables = rows.map(({ oid }) => oid)
  const since = new Map<string, number>()
  const longest: LockTimes = { waitedMs: 0, heldMs: 0, held: '' }
  let isOver = false

  async function look(): Promise<void> {
    const { rows: locks } = await client.query<{ key: string; waited: number | null; granted: boolean }>(
      LOCKS,
      [tables],
    )
    const now = performance.now()
    const held = new Set<string>()
    for (const { key, waited, granted } of locks) {
      if (!granted) longest.waitedMs = Math.max(longest.waitedMs, Math.round(waited ?? 0))
      else held.add(key)
    }
    for (const key of since.keys()) if (!held.has(key)) since.delete(key)
    for (const key of held) {
      const from = since.get(key) ?? now
      since.set(key, from)
      if (now - from <= longest.heldMs) continue
      longest.heldMs = Math.round(now - from)
      longest.held = key.slice(key.indexOf(' ') + 1)
    }
  }

  const watching = (async () => {
    while (!isOver) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      isOver = true
      await watching
      await client.end()
      return longest
    },
  }
}

const LOCKS = `select l.pid || ' ' || l.relation::regclass || ' ' || l.mode as key, l.granted,
    (extract(epoch from clock_timestamp() - l.waitstart) * 1000)::float as waited
  from pg_locks l where l.locktype = 'relation' and l.relation = any ($1::oid[])
    and (not l.granted or l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`
