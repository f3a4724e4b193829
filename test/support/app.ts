import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import { type Application, openApplication } from '../../src/application.ts'
import type { DevelopmentIssuer } from '../../src/auth/development-issuer.ts'
import { createCompany } from '../../src/companies/operations/create-company.ts'
import { type Environment, readEnvironment } from '../../src/env.ts'
import { decodeId, encodeId } from '../../src/ids.ts'
import type { Tasks } from '../../src/jobs/job.ts'
import { createServer, type Server } from '../../src/server.ts'
import { Client } from './client.ts'
import { cloneDatabase, type TestDatabase } from './database.ts'

/** A running server on a database of its own. */
export interface TestApp extends AsyncDisposable {
  url: string
  database: TestDatabase
  application: Application
  /** Signs the test's people in; throws where the environment names an identity provider. */
  readonly issuer: DevelopmentIssuer
  /** The server's log lines, parsed. */
  logged: Record<string, unknown>[]
  environment: Environment
  server: Server
  /**
   * Creates a company with members by first name and role, and signs each of them in. Sending is not limited unless
   * `limited`, and nothing is taken for spam.
   */
  company<Names extends string>(
    name: string,
    members: Record<Names, string>,
    options?: { limited?: boolean },
  ): Promise<TestCompany<Names>>
  /** Makes `admin` add a person to the company, and signs that person in. */
  newcomer(admin: Client, companyId: string, first: string): Promise<Client>
}

/** A company of a test and its people, who are signed in. */
export type TestCompany<Names extends string> = { [Name in Names]: Client } & {
  companyId: string
  companyUuid: string
}

/** Settings that a test may change. */
export interface TestAppOptions {
  redisUrl?: string
  /** Another server whose database and data directory this one shares, as a second process of its deployment. */
  beside?: TestApp
  environment?: Partial<Environment>
  /** A database of its own on another PostgreSQL. */
  database?: TestDatabase
  /** A clock in milliseconds for rate limits. */
  limiterClock?: () => number
  /** A clock in milliseconds for presence. */
  presenceClock?: () => number
  poolSize?: number
  /** Milliseconds between pings of WebSockets. */
  pingMs?: number
  /** Milliseconds after which a client that does not read its answer is disconnected. */
  stalledMs?: number
  /** Null disables GraphiQL and introspection, as in production. */
  demoUsers?: null
  /** True: a policy is waited for no longer than in production. */
  isPolicyPrompt?: boolean
  /** Runs jobs, with these handlers. */
  tasks?: Tasks
}

/** Other load on the machine must not look like an outage of Redis. */
const MIN_WAIT_MS = 3_000
/** Nor like a policy that does not answer. */
const POLICY_TIMES = { answer: 5_000, all: 10_000 }

/** Starts a server. Use it as `await using app = await startApp()`, or dispose of it after all tests. */
export async function startApp({
  redisUrl,
  beside,
  environment: changes,
  database: given,
  limiterClock,
  presenceClock,
  poolSize = 10,
  pingMs,
  stalledMs,
  demoUsers,
  isPolicyPrompt = false,
  tasks,
}: TestAppOptions = {}): Promise<TestApp> {
  const database = beside?.database ?? given ?? (await cloneDatabase())
  const directory =
    beside?.environment.dataDirectory ??
    changes?.dataDirectory ??
    (await mkdtemp(join(inject('runDirectory'), 'app-')))
  const { appUrl, ownerUrl, systemUrl } = database
  const environment: Environment = {
    ...readEnvironment({}),
    // Companies of tests send without a pause.
    sendLimitCeiling: 1_000_000,
    dataDirectory: directory,
    database: { url: appUrl, ownerUrl, systemUrl, poolSize },
    redisUrl: redisUrl ?? beside?.environment.redisUrl,
    ...changes,
  }
  const logged: Record<string, unknown>[] = []
  const log = pino(
    { level: changes?.logLevel ?? 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line)) },
  )
  const redisMinWaitMs = MIN_WAIT_MS
  const application = await openApplication(environment, log, {
    limiterClock,
    presenceClock,
    redisMinWaitMs,
    policyTimes: isPolicyPrompt ? undefined : POLICY_TIMES,
  })
  const { services, redis, developmentIssuer } = application
  const server = createServer({
    services,
    redis,
    demoUsers: demoUsers === null ? null : async () => [],
    identity: environment.identity,
    webSockets: { limits: environment.sockets, pingMs },
    // Counts are read without delay, because a test expects them at once.
    metrics: { freshMs: 0, ...environment.metrics },
    stalledMs,
    keepAliveMs: environment.keepAliveMs,
    learnsAtOnce: process.env.LEARN_AT_ONCE === '1',
  })
  const url = await server.listen(0, '127.0.0.1')
  if (tasks) application.startJobs(tasks)

  return {
    url,
    database,
    application,
    get issuer() {
      if (!developmentIssuer) throw new Error('Another issuer signs the tokens here.')
      return developmentIssuer
    },
    logged,
    environment,
    server,
    company: (name, members, options) => createTestCompany(url, application, name, members, options),
    newcomer: (admin, companyId, first) => signInNewcomer(application, admin, companyId, first),
    async [Symbol.asyncDispose]() {
      await server.close()
      await application.close()
      if (beside) return
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function signInNewcomer(
  { developmentIssuer }: Application,
  admin: Client,
  companyId: string,
  first: string,
): Promise<Client> {
  const externalId = `${first}@${randomBytes(4).toString('hex')}.test`
  await admin.mutate('syncMembers', { members: [{ externalId, name: first }] })
  const { users } = await admin.run(
    'query ($search: String) { users(search: $search) { nodes { id externalId } } }',
    {
      search: first,
    },
  )
  const { id: userId } = users.nodes.find((user: { externalId: string }) => user.externalId === externalId)
  const token = (await developmentIssuer?.mint({ subject: externalId, companyId })) ?? ''
  return new Client(admin.url, token, { uuid: decodeId(userId)?.uuid ?? '', externalId, userId })
}

async function createTestCompany<Names extends string>(
  url: string,
  { services, developmentIssuer }: Application,
  name: string,
  members: Record<Names, string>,
  { limited = false }: { limited?: boolean } = {},
): Promise<TestCompany<Names>> {
  const suffix = randomBytes(4).toString('hex')
  const people = Object.entries<string>(members).map(([first, role]) => ({
    externalId: `${first}@${suffix}.test`,
    name: `${first.charAt(0).toUpperCase()}${first.slice(1)} ${name}`,
    email: `${first}@${suffix}.test`,
    department: null,
    role,
  }))
  const companyId = await createCompany(services.database, { name, externalId: suffix, members: people })
  const { prisma } = services.database.forSystem(companyId)
  await prisma.company.update({
    where: { id: companyId },
    data: {
      ...(!limited && { sendLimits: [{ max: 1_000_000, perSeconds: 1 }] }),
      spam: { repeatedBodies: null, mentions: null },
    },
  })
  const users = await prisma.user.findMany({ where: { companyId } })
  const clients = await Promise.all(
    people.map(async ({ externalId }, index) => {
      const token = (await developmentIssuer?.mint({ subject: externalId, companyId })) ?? ''
      const uuid = users.find((user) => user.externalId === externalId)?.id ?? ''
      return [
        Object.keys(members)[index],
        new Client(url, token, { uuid, externalId, userId: encodeId('User', uuid) }),
      ]
    }),
  )
  return { ...Object.fromEntries(clients), companyId: encodeId('Company', companyId), companyUuid: companyId }
}
