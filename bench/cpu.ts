import { readFile } from 'node:fs/promises'
import { withClient } from '../src/database/roles.ts'

const TICK_MS = 10

/** How long a process has computed, in user and system mode, in all; 0 if it is gone. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS
}

/** The same of all processes of PostgreSQL that are there now. */
export async function databaseCpuMs(adminUrl: string): Promise<number> {
  const pids = await withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ pid: number }>('select pid from pg_stat_activity')
    return rows.map(({ pid }) => pid)
  })
  const times = await Promise.all(pids.map(cpuMs))
  return times.reduce((sum, time) => sum + time, 0)
}
