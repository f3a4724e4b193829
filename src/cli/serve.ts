import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Application, openApplication } from '../application.ts'
import { type Environment, readEnvironment } from '../env.ts'
import { createDemoLink } from '../graphiql/demo-link.ts'
import { isLoopbackHost } from '../http/this-machine.ts'
import { createDemoData, demoUsers, lacksDemoData } from '../seed/demo-data.ts'
import { createServer } from '../server.ts'
import { createLog } from './log.ts'
import { type StartProgress, startProgress } from './start-progress.ts'

/** Runs the server until `stop` aborts; prints one line when it is ready. Throws StartupProblem. */
export async function serve(stop: AbortSignal): Promise<void> {
  const environment = readEnvironment()
  const log = createLog(environment)
  const progress = startProgress(process.stderr, isFirstStart(environment))
  const application = await unlessStopped(stop, log, () =>
    openApplication(environment, log, { onStep: progress.step }),
  ).finally(progress.done)
  if (!application) return
  try {
    await unlessStopped(stop, log, () => seed(application, environment, progress)).finally(progress.done)
    const server = stop.aborted ? null : await listen(application, environment)
    if (!server) return
    const jobs = application.startJobs()
    await untilAborted(stop)
    log.info('stopping')
    await Promise.all([server.close(), jobs.stop()])
  } finally {
    await application.close()
  }
}

/**
 * Runs a step of the start. A step that fails after the signal to stop fails because of it, since Ctrl-C reaches child
 * processes too.
 */
async function unlessStopped<T>(
  stop: AbortSignal,
  log: Logger,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step()
  } catch (error) {
    if (!stop.aborted) throw error
    log.info({ err: error }, 'stopped while starting')
    return undefined
  }
}

/** External databases are seeded only by the seed command. */
async function seed(
  { services, developmentIssuer }: Application,
  { database, seed: wanted }: Environment,
  { step }: StartProgress,
): Promise<void> {
  if (database.url || wanted === 'none' || !(await lacksDemoData(services))) return
  step('Writing the demo data')
  await createDemoData(services, developmentIssuer)
}

/** Later starts take seconds, and progress lines would only clutter the log. */
function isFirstStart({ database, dataDirectory }: Environment): boolean {
  return database.url === undefined && !existsSync(join(dataDirectory, 'postgres'))
}

async function listen({ services, redis, developmentIssuer: issuer }: Application, environment: Environment) {
  const graphiql = environment.graphiql ? async () => (issuer ? demoUsers(issuer) : []) : null
  // The server can be reached from other machines, and its console prints a link for one browser there.
  const isOpen = graphiql && issuer && !isLoopbackHost(environment.host)
  const demoLink = isOpen ? createDemoLink() : undefined
  const server = createServer({
    services,
    redis,
    demoUsers: graphiql,
    demoLink,
    identity: environment.identity,
    webSockets: { limits: environment.sockets },
    keepAliveMs: environment.keepAliveMs,
    metrics: environment.metrics,
  })
  const address = await server.listen(environment.port, environment.host)
  process.stdout.write(`Colloquy is ready at ${address}/graphql\n`)
  if (demoLink) {
    const link = `${environment.publicUrl}/graphql?${demoLink.query}`
    process.stdout.write(`GraphiQL from another machine, signed in as the demo people, once: ${link}\n`)
  }
  return server
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
