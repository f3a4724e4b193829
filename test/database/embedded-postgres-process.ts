import { pino } from 'pino'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/start-embedded-postgres.ts'
import { StartupProblem } from '../../src/startup-problem.ts'

/**
 * A server process reduced to its database: prints the URL when that is ready, or its problem.
 * SIGTERM ends it cleanly, SIGHUP without stopping anything; it takes SIGINT for the start of a long drain.
 */
async function main(): Promise<void> {
  const terminated = new Promise((resolve) => process.once('SIGTERM', resolve))
  process.on('SIGINT', () => {})
  process.once('SIGHUP', () => process.exit(0))
  const keepAlive = setInterval(() => {}, 60_000)
  try {
    const dataDirectory = await openDataDirectory(process.argv[2] ?? '', { exclusive: true })
    const postgres = await startEmbeddedPostgres({ dataDirectory, log: pino({ level: 'silent' }) })
    process.stdout.write(`${postgres.adminUrl}\n`)
    await terminated
    await postgres.stop()
    await dataDirectory.release()
  } catch (error) {
    if (!(error instanceof StartupProblem)) throw error
    process.stdout.write(`${error.message}\n`)
    process.exitCode = 1
  } finally {
    clearInterval(keepAlive)
  }
}

await main()
