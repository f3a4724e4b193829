import type { Logger } from 'pino'
import { openAttachmentFiles } from './attachments/attachment-files.ts'
import { openAuditTrail } from './audit/open-audit-trail.ts'
import { createConfiguredVerifier } from './auth/configured-verifier.ts'
import { type DevelopmentIssuer, openDevelopmentIssuer } from './auth/development-issuer.ts'
import { createSignIn } from './auth/sign-in.ts'
import { createViewerDirectory } from './auth/viewer.ts'
import { startBackground } from './background.ts'
import { refreshBuiltInRoles } from './companies/operations/create-company.ts'
import { startPeriodicTask } from './concurrency/periodic-task.ts'
import { createSemaphore } from './concurrency/semaphore.ts'
import type { Services } from './context.ts'
import { type DataDirectory, openDataDirectory } from './data-directory/data-directory.ts'
import {
  connectDatabase,
  type InitializedDatabase,
  initializeDatabase,
} from './database/initialize-database.ts'
import { createMailer } from './email/mailer.ts'
import type { DataKeySource } from './encryption/data-keys.ts'
import { openDeploymentKey } from './encryption/deployment-key.ts'
import { followKeyChanges } from './encryption/key-changes.ts'
import { openKeyring } from './encryption/open-keyring.ts'
import type { Environment } from './env.ts'
import { createLiveHub } from './events/hub.ts'
import { openExportFiles } from './exports/export-files.ts'
import { serverVersion } from './installation.ts'
import type { Tasks } from './jobs/job.ts'
import type { JobRunner } from './jobs/runner.ts'
import { createRateLimiter } from './limits/create-rate-limiter.ts'
import { createMemorySightings } from './limits/memory-sightings.ts'
import { createOpenCounts } from './limits/open-counts.ts'
import { createRedisSightings } from './limits/redis-sightings.ts'
import { createWork } from './limits/work.ts'
import { createSendQueue } from './messages/send-queue.ts'
import { rateLimiterFallback } from './metrics/metrics.ts'
import { openPolicy } from './policy/ask-policy.ts'
import { createDecisions, type PolicyTimes } from './policy/decisions.ts'
import { createPolicy } from './policy/policy.ts'
import { createPresence } from './presence/presence.ts'
import { createNotifications } from './pubsub/create-notifications.ts'
import { createEphemeralChannel } from './pubsub/ephemeral.ts'
import type { Resolve } from './push/public-address.ts'
import { createPushService } from './push/push-service.ts'
import { loadVapidKey, vapidKeyOf } from './push/vapid-key.ts'
import { connectRedis, type RedisConnections } from './redis/connection.ts'
import { createSmsProvider } from './sms/create-provider.ts'
import type { SmsService } from './sms/sms-service.ts'
import { createSubscribedViewers } from './subscriptions/subscribed-viewers.ts'
import { tasks } from './tasks.ts'
import { openTraces } from './traces/open-traces.ts'
import { createTyping } from './typing/typing.ts'

/** At most 8 subscriptions catch up concurrently, 4 per company. */
const MAX_CATCHING_UP = 8
const MAX_CATCHING_UP_PER_COMPANY = 4
/** Maximum time after which a process learns that AWS KMS refuses to open secrets. */
const PROBE_KEYS_MS = 10_000
/** The channel of notifications about companies whose keys were rotated or destroyed. */
const KEYS_CHANGED = 'keys'

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

/** Options that operators cannot set. */
export interface ApplicationOptions {
  /** A clock in milliseconds that replaces those of the process and of Redis for rate limits, for tests. */
  limiterClock?: (() => number) | undefined
  /** A clock in milliseconds that replaces those of the process and of Redis for presence, for tests. */
  presenceClock?: (() => number) | undefined
  /**
   * Minimum time in milliseconds to wait for every answer of Redis. Tests use it because they run on a busy machine.
   */
  redisMinWaitMs?: number | undefined
  /** Longer times for which a policy is waited for, for tests, which run on a busy machine. */
  policyTimes?: PolicyTimes | undefined
  /** Looks up the names of push services, for tests. */
  resolveName?: Resolve | undefined
  /** Called with each step of the start. */
  onStep?: ((text: string) => void) | undefined
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
    return {
      ...(await assemble(environment, dataDirectory, initialized, log, undo, options)),
      dataDirectory,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(
  environment: Environment,
  dataDirectory: DataDirectory,
  initialized: InitializedDatabase,
  log: Logger,
  undo: (() => Promise<void>)[],
  { limiterClock, presenceClock, redisMinWaitMs: minWaitMs, policyTimes, resolveName }: ApplicationOptions,
) {
  const traces = environment.traces && (await openTraces(environment.traces, await serverVersion(), log))
  if (traces) undo.push(() => traces.close())
  const connected = await connectDatabase(initialized, environment.database, log)
  undo.push(() => connected.close())
  const database = traces?.database(connected) ?? connected
  if (initialized.applied.length > 0) await refreshBuiltInRoles(database)
  const { keyDirectory, keySource, keyring } = await openKeyring(environment, dataDirectory, database)

  const redis = environment.redisUrl ? connectRedis(environment.redisUrl, log, { minWaitMs }) : undefined
  if (redis) undo.push(() => redis.close())
  const limiter = createRateLimiter({
    log,
    redis,
    clock: limiterClock,
    onFallback: (active) => rateLimiterFallback.set(active ? 1 : 0),
  })
  undo.push(async () => limiter.close())
  const notifications = createNotifications({ log, redis })
  const policy =
    environment.policy &&
    createPolicy(createDecisions(await openPolicy(environment.policy), log, policyTimes), policyTimes)
  const live = createLiveHub({ database, notifications, log, policy, traces })
  undo.push(() => live.close())
  const channel = createEphemeralChannel(notifications)
  const typing = createTyping({ database, channel, log, policy })
  const presence = createPresence({ database, channel, log, redis, clock: presenceClock })
  undo.push(async () => presence.close())

  const developmentIssuer = environment.identity ? undefined : await openDevelopmentIssuer(dataDirectory)
  const verifier = createConfiguredVerifier(environment, developmentIssuer, log)
  undo.push(async () => verifier.close())
  const viewers = createViewerDirectory(database)
  live.onAccessChanged((companyId) => {
    viewers.forget(companyId)
    presence.recheck(companyId)
  })
  const dropKeys = (companyId: string) => {
    keyring.forget(companyId)
    viewers.forget(companyId)
    live.check()
  }
  void notifications.subscribe(KEYS_CHANGED, dropKeys)
  const following = followKeyChanges({ database, log, onChange: dropKeys })
  undo.push(() => following.stop())
  if (environment.keys.kms) {
    const probing = startPeriodicTask(async () => keyring.probe(), { everyMs: PROBE_KEYS_MS })
    undo.push(() => probing.stop())
  }
  const memberClaim = environment.identity?.memberClaim ?? 'sub'
  const signIn = createSignIn({ database, verifier, viewers, memberClaim })
  const mailer = createMailer(environment.mail, dataDirectory.file('mail'))
  const { publicUrl, workBudgetPerPerson: perPerson, workBudgetPerCompany: perCompany } = environment
  const audit = await openAuditTrail({ database, keyring, log }, keyDirectory)
  undo.push(() => audit.refusals.close())
  const { push: pushSettings } = environment
  const push =
    pushSettings &&
    createPushService({
      ...pushSettings,
      key: pushSettings.privateKey ? vapidKeyOf(pushSettings.privateKey) : await loadVapidKey(keyDirectory),
      resolve: resolveName,
    })
  const services: Services = {
    database,
    keyring,
    audit,
    limiter,
    sightings: redis ? createRedisSightings(redis) : createMemorySightings(),
    sendLimitCeiling: environment.sendLimitCeiling,
    live,
    policy,
    sends: createSendQueue(database, live.notify),
    presence,
    typing,
    subscriptions: createOpenCounts(environment.subscriptionsPerUser),
    subscribedViewers: createSubscribedViewers(),
    catchUps: createSemaphore({ total: MAX_CATCHING_UP, perCompany: MAX_CATCHING_UP_PER_COMPANY }),
    work: createWork({ perPerson, perCompany }),
    viewers,
    signIn,
    mailer,
    sms: openSms(environment, dataDirectory),
    deploymentKey: openDeploymentKey(keyDirectory),
    push,
    retentionDaysDefault: environment.retentionDaysDefault,
    exportFiles: openExportFiles(environment.exportDirectory ?? dataDirectory.file('exports')),
    attachments: await openAttachmentFiles(environment.attachments, dataDirectory.file('files')),
    publicUrl,
    traces,
    measuredCompanies: environment.metrics.companies,
    log,
  }
  void services.sends.prepare()
  return {
    services,
    redis,
    keySource,
    tellKeysChanged: (companyId: string) => notifications.publish(KEYS_CHANGED, companyId),
    developmentIssuer,
    startJobs(wanted: Tasks = tasks) {
      const { systemUrl } = initialized
      const background = startBackground({
        systemUrl,
        services,
        tasks: wanted,
        noteUrl: environment.auditNoteUrl,
      })
      undo.push(() => background.stop())
      return background.runner
    },
  }
}

function openSms({ sms, publicUrl }: Environment, dataDirectory: DataDirectory): SmsService {
  return {
    provider: createSmsProvider(sms, publicUrl, dataDirectory.file('sms')),
    settings: sms,
  }
}
