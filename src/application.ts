import type { Logger } from 'pino'
import { followKeys } from './application/follow-keys.ts'
import { openDelivery } from './application/open-delivery.ts'
import { openLimits } from './application/open-limits.ts'
import { openOutlets } from './application/open-outlets.ts'
import { openSignIn } from './application/open-sign-in.ts'
import { openStorage } from './application/open-storage.ts'
import type { ApplicationOptions, Opening } from './application/opening.ts'
import { openAuditTrail } from './audit/open-audit-trail.ts'
import type { DevelopmentIssuer } from './auth/development-issuer.ts'
import { startBackground } from './background.ts'
import type { Services } from './context.ts'
import { type DataDirectory, openDataDirectory } from './data-directory/data-directory.ts'
import { initializeDatabase } from './database/initialize-database.ts'
import type { DataKeySource } from './encryption/data-keys.ts'
import { openDeploymentKey } from './encryption/deployment-key.ts'
import type { Environment } from './env.ts'
import type { Tasks } from './jobs/job.ts'
import type { JobRunner } from './jobs/runner.ts'
import { createSendQueue } from './messages/send-queue.ts'
import type { RedisConnections } from './redis/connection.ts'
import { createSubscribedViewers } from './subscriptions/subscribed-viewers.ts'
import { tasks } from './tasks.ts'

/** The services of a process without its network interface. The server, the command line and the tests use it. */
export interface Application {
  services: Services
  dataDirectory: DataDirectory
  redis: RedisConnections | undefined
  /** The services that create and read data keys. */
  keySource: DataKeySource
  /** Has all processes drop the company's keys now. Without Redis they do within half a second. */
  tellKeysChanged(companyId: string): Promise<void>
  /** Undefined if an identity provider signs the tokens. */
  developmentIssuer: DevelopmentIssuer | undefined
  /** Starts running jobs. `close` stops it. */
  startJobs(tasks?: Tasks): JobRunner
  close(): Promise<void>
}

/** Opens the application. Throws StartupProblem for problems that an operator can solve. */
export async function openApplication(
  environment: Environment,
  log: Logger,
  options: ApplicationOptions = {},
): Promise<Application> {
  const isEmbedded = environment.database.url === undefined
  const dataDirectory = await openDataDirectory(environment.dataDirectory, { exclusive: isEmbedded })
  const undo: (() => Promise<void>)[] = [() => dataDirectory.release()]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const initialized = await initializeDatabase(environment, dataDirectory, log, undefined, options.onStep)
    undo.push(() => initialized.stop())
    const opening = { environment, dataDirectory, initialized, log, options, undo }
    return { ...(await assemble(opening)), dataDirectory, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(opening: Opening) {
  const { environment, log } = opening
  const storage = await openStorage(opening)
  const { database, keyring, keyDirectory, keySource, redis, traces } = storage
  const limits = openLimits(opening, redis)
  const delivery = await openDelivery(opening, storage)
  const { policy, live, presence, typing } = delivery
  const { developmentIssuer, viewers, signIn } = await openSignIn(opening, database, delivery)
  const tellKeysChanged = followKeys(opening, storage, delivery, viewers)
  const audit = await openAuditTrail({ database, keyring, log }, keyDirectory)
  opening.undo.push(() => audit.refusals.close())
  const services: Services = {
    ...limits,
    ...(await openOutlets(opening, keyDirectory)),
    database,
    keyring,
    audit,
    policy,
    live,
    presence,
    typing,
    viewers,
    signIn,
    sends: createSendQueue(database, (companyId, position) => live.notify(companyId, position)),
    subscribedViewers: createSubscribedViewers(),
    deploymentKey: openDeploymentKey(keyDirectory),
    retentionDaysDefault: environment.retentionDaysDefault,
    traces,
    measuredCompanies: environment.metrics.companies,
    log,
  }
  void services.sends.prepare()
  const startJobs = (wanted?: Tasks) => startBackgroundJobs(opening, services, wanted)
  return { services, redis, keySource, tellKeysChanged, developmentIssuer, startJobs }
}

function startBackgroundJobs(
  { environment, initialized, undo }: Opening,
  services: Services,
  wanted: Tasks = tasks,
): JobRunner {
  const { systemUrl } = initialized
  const background = startBackground({
    systemUrl,
    services,
    tasks: wanted,
    noteUrl: environment.auditNoteUrl,
  })
  undo.push(() => background.stop())
  return background.runner
}
