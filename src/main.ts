import { pino } from 'pino'
import { openApplication } from './application.ts'
import { readEnvironment } from './env.ts'
import { createDemoData, demoUsers } from './seed/demo-data.ts'
import { createServer } from './server.ts'
import { StartupProblem } from './startup-problem.ts'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())

try {
  await serve(stopping.signal)
} catch (error) {
  if (!(error instanceof StartupProblem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** Runs the server until the signal; everything is put away again whichever step fails. */
async function serve(stop: AbortSignal): Promise<void> {
  const environment = readEnvironment()
  const log = pino({ level: environment.logLevel }, pino.destination(2))
  const application = await openApplication(environment, log)
  try {
    const { parts, redis, developmentIssuer: issuer, isFresh } = application
    const isEmbedded = environment.database.url === undefined
    if (isFresh && isEmbedded && environment.seed === 'demo') await createDemoData(parts)
    const explorer = environment.explorer ? async () => (issuer ? demoUsers(issuer) : []) : null
    const server = createServer({ parts, redis, demoUsers: explorer })
    const address = await server.listen(environment.port, environment.host)
    process.stdout.write(`Colloquy is ready at ${address}/graphql\n`)
    await untilAborted(stop)
    log.info('stopping')
    await server.close()
  } finally {
    await application.close()
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
