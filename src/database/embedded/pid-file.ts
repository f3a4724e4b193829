import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processIdentity } from '../../data-directory/living-process.ts'
import { errorCode } from '../../data-directory/storage-problem.ts'

const run = promisify(execFile)

/** What a postmaster says of itself in the `postmaster.pid` of its cluster. */
export interface PidFile {
  pid: number
  port: number
  /** It has finished starting and takes connections. */
  isReady: boolean
}

/** Reads a cluster's postmaster.pid; null if there is none or it names no process. */
export async function readPidFile(cluster: string): Promise<PidFile | null> {
  try {
    const lines = (await readFile(pidFile(cluster), 'utf8')).split('\n')
    const pid = Number(lines[0])
    if (!Number.isInteger(pid) || pid <= 0) return null
    // The lines are fixed by PostgreSQL's pidfile.h: pid, data directory, start, port, socket, address, memory, status.
    return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Finds the living postmaster of a cluster, never a process that merely got its number. */
export async function findPostmaster(cluster: string): Promise<PidFile | null> {
  const named = await readPidFile(cluster)
  if (named === null || (await processIdentity(named.pid)) === null) return null
  return (await servesCluster(named.pid, cluster)) ? named : null
}

/**
 * Keeps a postmaster.pid whose postmaster is dead from blocking the next one.
 *
 * PostgreSQL refuses to start while any process of that number exists: one that got it after a reboot, or the dead one
 * itself if nobody has collected it. It does take its own parent's number for stale, and then still looks for memory
 * that surviving backends use, which it could not do if the file were removed.
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
