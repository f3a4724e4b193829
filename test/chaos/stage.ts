import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDevelopmentIssuer } from '../../src/auth/development-issuer.ts'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { openDatabase } from '../../src/database/database.ts'
import { type PrivateRedis, redisForTests } from '../support/redis.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Company, castCompany } from './cast.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type ServerNode, startNode } from './server-node.ts'
import type { Tally } from './tally.ts'

/** Two nodes, one Redis, one PostgreSQL, two companies. */
export interface Stage {
  readonly nodes: ServerNode[]
  readonly redis: PrivateRedis
  readonly postgres: Postgres
  readonly companies: Company[]
  /** Ends everything; gives how the nodes ended. */
  close(): Promise<(number | null)[]>
}

/** Sets the stage, on a release by its folder; undefined where there is no redis-server, which it says. */
export async function setStage(seed: number, tally: Tally, release: string): Promise<Stage | undefined> {
  const redis = await redisForTests()
  if (!redis) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-chaos-'))
  const postgres = await startPostgres(folder, release)
  const path = join(folder, 'nodes')
  const issuer = await openDevelopmentIssuer(await openDataDirectory(path, { exclusive: false }))
  const environment = {
    DATA_DIR: path,
    DATABASE_URL: postgres.urls.appUrl,
    DATABASE_SYSTEM_URL: postgres.urls.systemUrl,
    REDIS_URL: redis.url,
    // The writers know no limit.
    SEND_LIMIT_CEILING: '1000000',
    WORK_BUDGET_PER_PERSON: '0',
    LOG_LEVEL: 'warn',
  }
  const nodes = await Promise.all(
    ['node A', 'node B'].map(async (name) =>
      startNode({ name, port: await freePort(), environment, tally, release }),
    ),
  )
  await Promise.all(nodes.map((node) => node.ready()))
  const companies = await cast(postgres, issuer, nodes[0]?.doors.plain.url ?? '', seed)
  return {
    nodes,
    redis,
    postgres,
    companies,
    async close() {
      const codes = await Promise.all(nodes.map((node) => node.stop()))
      await redis.dispose()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
      return codes
    },
  }
}

async function cast(
  { urls }: Postgres,
  issuer: Awaited<ReturnType<typeof openDevelopmentIssuer>>,
  url: string,
  seed: number,
): Promise<Company[]> {
  const log = pino({ level: 'silent' })
  const database = openDatabase({ appUrl: urls.appUrl, systemUrl: urls.systemUrl, poolSize: 2, log })
  const random = seededRandom(seed)
  const companies: Company[] = []
  for (const name of ['Acme', 'Globex'])
    companies.push(await castCompany(name, { database, issuer, url, random }))
  await database.close()
  return companies
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('A TCP server has a port')
  return address.port
}
