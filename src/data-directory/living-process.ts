import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Returns a name for one run of a process, so that a later process with the same number has another name. Null if no
 * such process runs. A process that has ended but was not collected by its parent counts as ended.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return await linuxIdentity(pid)
  if (process.platform === 'darwin') return await macIdentity(pid)
  return acceptsSignals(pid) ? `${pid}` : null
}

async function linuxIdentity(pid: number): Promise<string | null> {
  const stat = await readText(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The second field is the program's name in parentheses. It may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  if (state === 'Z' || state === 'X') return null
  const ticksAtStart = fields[19]
  const boot = (await readText('/proc/sys/kernel/random/boot_id')) ?? ''
  return `${boot.trim()} ${ticksAtStart}`
}

async function macIdentity(pid: number): Promise<string | null> {
  try {
    const env = { LC_ALL: 'C', TZ: 'UTC' }
    const { stdout } = await promisify(execFile)('/bin/ps', ['-o', 'lstart=', '-p', `${pid}`], { env })
    return stdout.trim() || null
  } catch {
    return null
  }
}

function acceptsSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}
