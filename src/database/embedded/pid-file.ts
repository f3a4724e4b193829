import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processIdentity } from '../../data-directory/living-process.ts'
import { errorCode } from '../../data-directory/storage-problem.ts'

const run = promisify(execFile)

/** The contents of a cluster's `postmaster.pid`. */
export interface PidFile {
  pid: number
  port: number
  /** True if it has started and accepts connections. */
  isReady: boolean
}

/** Reads a cluster's postmaster.pid. Null if there is none or it names no process. */
export async function readPidFile(cluster: string): Promise<PidFile | null> {
  try {
    const lines = (await readFile(pidFile(cluster), 'utf8')).split('\n')
    const pid = Number(lines[0])
    if (!Number.isInteger(pid) || pid <= 0) return null
    // PostgreSQL's pidfile.h defines the lines: pid, data directory, start, port, socket, address, memory, status.
    return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Finds the running postmaster of a cluster. Another process with the same number does not count. */
export async function findPostmaster(cluster: string): Promise<PidFile | null> {
  const named = await readPidFile(cluster)
  if (named === null || (await processIdentity(named.pid)) === null) return null
  return (await servesCluster(named.pid, cluster)) ? named : null
}

/**
 * Keeps the postmaster.pid of a dead postmaster from blocking the next one.
 * PostgreSQL does not start while any process with that number exists: one that got it after a reboot, or the dead one
 * itself if its parent has not collected it. PostgreSQL does treat its own parent's number as stale, and then still
 * checks for memory that surviving backends use, which it could not do if the file were removed.
 */
export async function disownPidFile(cluster: string): Promise<void> {
  const path = pidFile(cluster)
  if ((await readPidFile(cluster)) === null) {
    await rm(path, { force: true })
    return
  }
  const [, ...rest] = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, [process.pid, ...rest].join('\n'))
}

async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  try {
    if (process.platform !== 'linux') return await looksLikePostmaster(pid, cluster)
    const [program, cwd, folder] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8'),
      stat(`/proc/${pid}/cwd`),
      stat(cluster),
    ])
    return program.trim() === 'postgres' && cwd.dev === folder.dev && cwd.ino === folder.ino
  } catch {
    return false
  }
}

async function looksLikePostmaster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'win32') {
    const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/NH'])
    return stdout.includes('postgres.exe')
  }
  const { stdout } = await run('/bin/ps', ['-ww', '-o', 'command=', '-p', `${pid}`])
  return stdout.includes('postgres') && stdout.includes(cluster)
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid')
}
