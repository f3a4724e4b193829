import { Redis } from 'ioredis'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'

/** Throws StartupProblem if Redis does not answer within seconds. */
export async function assertRedisAnswers(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    commandTimeout: 3_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    const { hostname, port } = new URL(url)
    throw new StartupProblem(
      `Redis at ${hostname}:${port || 6379} does not answer: ${reasonOf(failure ?? error)}. Start it, or correct REDIS_URL.`,
    )
  } finally {
    client.disconnect()
  }
}
