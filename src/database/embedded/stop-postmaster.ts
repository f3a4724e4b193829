import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { processIdentity } from '../../data-directory/living-process.ts'
import { errorCode } from '../../data-directory/storage-problem.ts'
import { StartupProblem } from '../../startup-problem.ts'
import { type Binaries, program } from './binaries.ts'
import { findPostmaster } from './pid-file.ts'

/** Ways to shut down: `fast` ends sessions and writes everything to disk, `immediate` leaves that to the next start. */
const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Asks a postmaster to shut down. If it has ended already, that is no error. */
export async function signalPostmaster(
  pid: number,
  mode: keyof typeof signals,
  binaries: Binaries,
): Promise<void> {
  // Windows has no signals: Node would kill the postmaster only, without a shutdown.
  if (process.platform === 'win32') {
    const signal = signals[mode].replace('SIG', '')
    await promisify(execFile)(program(binaries, 'pg_ctl'), ['kill', signal, `${pid}`]).catch(() => {})
    return
  }
  try {
    process.kill(pid, signals[mode])
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

/**
 * Stops the PostgreSQL that a killed server has left running on this cluster, if any, and waits for its end. The caller
 * holds the lock of the data directory, so no server uses it. Throws StartupProblem if it does not end.
 */
export async function stopOrphan(cluster: string, binaries: Binaries, log: Logger): Promise<void> {
  const orphan = await findPostmaster(cluster)
  if (orphan === null) return
  log.warn({ postgres: orphan.pid }, 'stopping the PostgreSQL that an earlier server has left running')
  const identity = await processIdentity(orphan.pid)
  const isGone = async () => (await processIdentity(orphan.pid)) !== identity
  for (const mode of ['fast', 'immediate'] as const) {
    await signalPostmaster(orphan.pid, mode, binaries).catch((cause) => {
      throw new StartupProblem(
        `PostgreSQL (process ${orphan.pid}) still runs on ${cluster} and belongs to another user. Stop it, or set DATA_DIR to another folder.`,
        { cause },
      )
    })
    if (await becomesTrue(isGone, 10_000)) return
  }
  throw new StartupProblem(
    `PostgreSQL (process ${orphan.pid}) on ${cluster} does not stop. End it, then start again.`,
  )
}

async function becomesTrue(condition: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) return false
    await delay(25)
  }
  return true
}
