import { pino } from 'pino'
import { RequestError, UserError } from './errors.ts'
import { StartupProblem } from './startup-problem.ts'

/** Longer than draining and PostgreSQL's shutdown take. A start that waits for another process is not awaited. */
export const STOP_WITHIN_MS = 20_000
const stopSignals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * Runs a server until a signal stops it: `serve` closes everything when its signal aborts, then the process ends with
 * exit code 0. A second signal changes nothing, because Ctrl-C under npm arrives twice. An uncaught error stops it in
 * the same way with exit code 1.
 */
export async function runServer(serve: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController()
  function stop(): void {
    if (stopping.signal.aborted) return
    stopping.abort()
    setTimeout(() => process.exit(), STOP_WITHIN_MS).unref()
  }
  for (const signal of Object.keys(stopSignals)) process.on(signal, stop)
  onFault((error) => {
    report(error)
    stop()
  })
  try {
    await serve(stopping.signal)
  } catch (error) {
    report(error)
  }
}

/**
 * Runs one command to its end, or to a signal that interrupts it. Exit hooks then stop the processes that it has
 * started.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  for (const [signal, number] of Object.entries(stopSignals)) {
    process.once(signal, () => process.exit(128 + number))
  }
  onFault((error) => {
    report(error)
    process.exit()
  })
  try {
    await command()
  } catch (error) {
    report(error)
  }
}

function onFault(handle: (error: unknown) => void): void {
  process.on('uncaughtException', handle)
  process.on('unhandledRejection', handle)
}

/**
 * Problems that an operator can solve are printed as words, other errors with their stack. In both cases the process
 * has failed.
 */
function report(error: unknown): void {
  process.exitCode = 1
  if (error instanceof StartupProblem || error instanceof UserError || error instanceof RequestError) {
    process.stderr.write(`${error.message}\n`)
  } else {
    pino(pino.destination(2)).fatal({ err: error }, 'an unexpected failure ends the process')
  }
}
