import { withClient } from '../../src/database/roles.ts'

/** Waits until enough of the serving role's statements wait for a lock, and gives the processes that run them. */
export async function waitingStatements(
  adminUrl: string,
  areEnough: (pids: number[]) => boolean,
): Promise<number[]> {
  return withClient(adminUrl, async (admin) => {
    const deadline = Date.now() + 20_000
    for (;;) {
      const { rows } = await admin.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and usename = 'colloquy_app' and wait_event_type = 'Lock'`,
      )
      const pids = rows.map(({ pid }) => pid)
      if (areEnough(pids)) return pids
      if (Date.now() > deadline) throw new Error(`${pids.length} statements wait for a lock.`)
    }
  })
}
