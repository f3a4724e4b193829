import { refreshBuiltInRoles } from '../companies/operations/create-company.ts'
import type { Database } from '../database/database.ts'
import { connectDatabase } from '../database/initialize-database.ts'
import { type OpenedKeys, openKeyring } from '../encryption/open-keyring.ts'
import { serverVersion } from '../installation.ts'
import { connectRedis, type RedisConnections } from '../redis/connection.ts'
import { openTraces } from '../traces/open-traces.ts'
import type { Traces } from '../traces/traces.ts'
import type { Opening } from './opening.ts'

/** The database, whose statements are traced if traces are configured; its keys; and Redis if it is configured. */
export interface Storage extends OpenedKeys {
  traces: Traces | undefined
  database: Database
  redis: RedisConnections | undefined
}

/** Connects to the database and to Redis. Throws StartupProblem if the keys are not those of the database. */
export async function openStorage(opening: Opening): Promise<Storage> {
  const { environment, dataDirectory, initialized, log, options, undo } = opening
  const traces = environment.traces && (await openTraces(environment.traces, await serverVersion(), log))
  if (traces) undo.push(() => traces.close())
  const connected = await connectDatabase(initialized, environment.database, log)
  undo.push(() => connected.close())
  const database = traces?.database(connected) ?? connected
  if (initialized.applied.length > 0) await refreshBuiltInRoles(database)
  const keys = await openKeyring(environment, dataDirectory, database)
  const minWaitMs = options.redisMinWaitMs
  const redis = environment.redisUrl ? connectRedis(environment.redisUrl, log, { minWaitMs }) : undefined
  if (redis) undo.push(() => redis.close())
  return { traces, database, redis, ...keys }
}
