import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDevelopmentIssuer } from '../src/auth/development-issuer.ts'
import { openDataDirectory } from '../src/data-directory/data-directory.ts'
import { type Database, openDatabase } from '../src/database/database.ts'
import { startEmbeddedPostgres } from '../src/database/embedded/start-embedded-postgres.ts'
import { migrate } from '../src/database/migrate.ts'
import { prepareDatabase, type RoleUrls } from '../src/database/roles.ts'
import { createDataKeyStore } from '../src/encryption/data-key-store.ts'
import { createKeyring, type Keyring } from '../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../src/encryption/local-key-provider.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { redisForTests } from '../test/support/redis.ts'
import { createUnlimitedCompany } from '../test/support/unlimited-company.ts'

/** A person who can call the server. */
export interface Actor {
  companyId: string
  userId: string
  token: string
}

/** A real server process on a fresh embedded PostgreSQL, with companies whose sends are not limited. */
export interface Stage extends AsyncDisposable {
  /** The address and process of the first server. */
  url: string
  pid: number
  /** All servers. */
  nodes: ServerNode[]
  urls: RoleUrls
  /** URL of a superuser, to fill tables past all policies. */
  adminUrl: string
  keyring: Keyring
  database: Database
  companies: { companyId: string; actors: Actor[] }[]
}

/** A server process. */
interface ServerNode {
  url: string
  pid: number
}

/** The settings of a stage. */
interface StageOptions {
  companies: number
  /** Number of people per company. */
  people: number
  /** Maximum heap of the server's JavaScript in MiB. Defaults to Node's own limit. */
  heapMiB?: number
  /** Number of server processes, by default one. Several share a Redis. */
  nodes?: number
  /** True keeps the usual limits of one person's work. Other workloads measure without them. */
  isBounded?: boolean
  /** The role of the people, by default member. */
  role?: string
  /** Further environment variables of the servers, and of each alone, by its place. */
  variables?: Record<string, string>
  variablesOf?: Record<string, string>[]
  /** A migrated database on another PostgreSQL than an embedded one. */
  on?: TestDatabase
}

/** Sets the stage. */
export async function setStage({
  companies,
  people,
  heapMiB,
  nodes = 1,
  isBounded = false,
  role,
  variables = {},
  variablesOf = [],
  on,
}: StageOptions): Promise<Stage> {
  const path = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const log = pino({ level: 'warn' }, pino.destination(2))
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = on ? undefined : await startEmbeddedPostgres({ dataDirectory, log })
  const urls = on ?? (await prepareDatabase(postgres?.adminUrl ?? '', 'colloquy'))
  if (!on) await migrate({ url: urls.ownerUrl, log })
  const database = openDatabase({ appUrl: urls.appUrl, systemUrl: urls.systemUrl, poolSize: 8, log })
  const provider = createLocalKeyProvider(dataDirectory.file('keys'))
  const keyring = createKeyring({ provider, store: createDataKeyStore(database) })
  const issuer = await openDevelopmentIssuer(dataDirectory)
  const cast = []
  for (let index = 0; index < companies; index += 1)
    cast.push(await castCompany(database, issuer, index, { people, role }))
  const redis = nodes > 1 ? await redisForTests() : undefined
  if (nodes > 1 && !redis) throw new Error('Several servers need a Redis.')
  const environment = { ...environmentOf(path, urls, { isBounded, redisUrl: redis?.url }), ...variables }
  const servers = await Promise.all(
    Array.from({ length: nodes }, (_, at) => startServer({ ...environment, ...variablesOf[at] }, heapMiB)),
  )
  const [first] = servers
  if (!first) throw new Error('There is no server.')

  return {
    url: first.url,
    pid: first.pid,
    nodes: servers,
    urls,
    adminUrl:
      on?.adminUrl ?? Object.assign(new URL(postgres?.adminUrl ?? ''), { pathname: '/colloquy' }).href,
    keyring,
    database,
    companies: cast,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ stop }) => stop()))
      await redis?.dispose()
      await database.close()
      await postgres?.stop()
      await dataDirectory.release()
      await rm(path, { recursive: true, force: true })
    },
  }
}

async function castCompany(
  database: Database,
  issuer: { mint(token: { subject: string; companyId: string }): Promise<string> },
  index: number,
  { people, role }: { people: number; role: string | undefined },
) {
  const logins = Array.from({ length: people }, (_, person) => `person-${person}@company-${index}.bench`)
  const { companyId, users } = await createUnlimitedCompany(database, `Company ${index}`, logins, role)
  const actors = await Promise.all(
    users.map(async ({ id, externalId }) => ({
      companyId,
      userId: id,
      token: await issuer.mint({ subject: externalId ?? '', companyId }),
    })),
  )
  return { companyId, actors }
}

function environmentOf(
  path: string,
  urls: RoleUrls,
  { isBounded, redisUrl }: { isBounded: boolean; redisUrl: string | undefined },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    PORT: '0',
    DATA_DIR: path,
    LOG_LEVEL: 'warn',
    DATABASE_URL: urls.appUrl,
    DATABASE_OWNER_URL: urls.ownerUrl,
    DATABASE_SYSTEM_URL: urls.systemUrl,
    SEND_LIMIT_CEILING: '1000000',
    SOCKETS_PER_ADDRESS: '1000000',
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    ...(!isBounded && { WORK_BUDGET_PER_PERSON: '0' }),
  }
}

async function startServer(environment: NodeJS.ProcessEnv, heapMiB: number | undefined) {
  const heap = heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`]
  const child = spawn(
    process.execPath,
    [...heap, '--min-semi-space-size=64', '--max-semi-space-size=64', '--enable-source-maps', 'dist/main.js'],
    {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const [url] = /http:\/\/[^/]+/.exec(line.toString()) ?? []
  if (!url || !child.pid) throw new Error(`The server did not become ready: ${line}`)
  return {
    url,
    pid: child.pid,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
