import { readFile } from 'node:fs/promises'
import { withClient } from '../src/database/roles.ts'

const TICK_MS = 10

/** Time for which a process has computed, in user and system mode; 0 if it is gone. */
export async function cpuMs(pid: number): Promise<number> {
  const fields = await statOf(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS
}

/** The same of all processes of PostgreSQL, those that have ended included. */
export async function databaseCpuMs(adminUrl: string): Promise<number> {
  const pids = await withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ pid: number }>('select pid from pg_stat_activity')
    return rows.map(({ pid }) => pid)
  })
  const times = await Promise.all(pids.map(cpuMs))
  const [, postmaster] = await statOf(pids[0] ?? 0)
  return times.reduce((sum, time) => sum + time, await endedChildrenMs(Number(postmaster)))
}

async function endedChildrenMs(pid: number): Promise<number> {
  const fields = await statOf(pid)
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS
}

/** The fields of /proc/PID/stat from the process's state on (proc_pid_stat(5)). */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.split(') ')[1]?.split(' ') ?? []
}
