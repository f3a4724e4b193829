import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { StartupProblem } from '../../startup-problem.ts'
import { type Binaries, program } from './binaries.ts'
import { launchOptions, nameOfOwnFolder } from './launch.ts'
import type { OperatingUser } from './operating-user.ts'
import { readPidFile } from './pid-file.ts'
import { serverOptions } from './server-options.ts'
import { signalPostmaster } from './stop-postmaster.ts'

/** After an unclean end PostgreSQL first replays up to a gigabyte of its log. */
const startWithinMs = 180_000
/** A fast shutdown writes everything in memory to disk. After this time the next start recovers instead. */
const stopWithinMs = 20_000

/** A PostgreSQL that this process has started. */
export interface Postmaster {
  /** Resolves when it has ended for any reason. */
  ended: Promise<void>
  /** Shuts it down cleanly and waits for its end. */
  stop(): Promise<void>
}

/** The settings of a postmaster. */
export interface PostmasterOptions {
  cluster: string
  /** The file for PostgreSQL's own messages. */
  logFile: string
  binaries: Binaries
  user: OperatingUser | null
  log: Logger
  /** Settings of PostgreSQL that differ from those of a deployment. */
  settings?: Record<string, string> | undefined
}

/** Thrown when PostgreSQL ended while starting. The message is PostgreSQL's reason. */
export class PostmasterFailed extends Error {
  override name = 'PostmasterFailed'
}

/**
 * Starts PostgreSQL on an existing cluster and waits until it accepts connections on this port of 127.0.0.1. It has a
 * session of its own, so that Ctrl-C in a terminal reaches only the server, which then stops it. Throws
 * PostmasterFailed if it ends.
 */
export async function startPostmaster(options: PostmasterOptions, port: number): Promise<Postmaster> {
  const output = await open(options.logFile, 'a+', 0o600)
  try {
    const { size } = await output.stat()
    const child = spawn(
      program(options.binaries, 'postgres'),
      [`-D${nameOfOwnFolder(options.cluster, options.user)}`, ...serverOptions(port, options.settings)],
      {
        ...launchOptions(options.cluster, options.user),
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
      },
    )
    const postmaster = await watch(child, options)
    if (await becomesReady(child, postmaster, options)) return postmaster
    await postmaster.ended
    throw new PostmasterFailed(await firstFailure(output, size, child.pid))
  } finally {
    await output.close()
  }
}

async function watch(child: ChildProcess, { binaries, log }: PostmasterOptions): Promise<Postmaster> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await once(child, 'spawn').catch((cause) => {
    throw new StartupProblem(
      `PostgreSQL cannot be run (${cause.message}). Set DATABASE_URL to use another one.`,
      {
        cause,
      },
    )
  })
  const { pid } = child
  if (pid === undefined) throw new Error('A spawned process has a number')
  child.unref()
  // Stops PostgreSQL if this process ends without stopping it.
  const stopAtExit = () => void child.kill('SIGINT')
  process.once('exit', stopAtExit)
  void ended.then(() => process.off('exit', stopAtExit))

  async function stop(): Promise<void> {
    if (pid === undefined || hasEnded(child)) return
    child.ref()
    await signalPostmaster(pid, 'fast', binaries)
    const tooLong = delay(stopWithinMs, 'too long', { ref: false })
    if ((await Promise.race([ended, tooLong])) === undefined) return
    log.warn({ postgres: pid }, 'PostgreSQL takes too long to shut down and will recover at its next start')
    await signalPostmaster(pid, 'immediate', binaries)
    await ended
  }
  return { ended, stop }
}

async function becomesReady(
  child: ChildProcess,
  postmaster: Postmaster,
  { cluster, log, logFile }: PostmasterOptions,
): Promise<boolean> {
  const started = performance.now()
  let isSlow = false
  while (!hasEnded(child)) {
    const file = await readPidFile(cluster)
    if (file?.pid === child.pid && file?.isReady) return true
    const elapsedMs = performance.now() - started
    if (elapsedMs > startWithinMs) {
      await postmaster.stop()
      throw new StartupProblem(`PostgreSQL on ${cluster} does not become ready. ${logFile} says why.`)
    }
    if (elapsedMs > 5_000 && !isSlow) {
      log.info('PostgreSQL is still starting, perhaps recovering from an unclean end')
      isSlow = true
    }
    await delay(10)
  }
  return false
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Returns this postmaster's reason. Sessions of the previous one may still write to the same file. */
async function firstFailure(output: FileHandle, from: number, pid: number | undefined): Promise<string> {
  const { size } = await output.stat()
  const { buffer } = await output.read(Buffer.alloc(size - from), 0, size - from, from)
  const line = new RegExp(`\\[${pid}\\] (?:FATAL|PANIC): +(.*)`).exec(buffer.toString('utf8'))
  return line?.[1] ?? 'it gave no reason'
}
