import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/start-embedded-postgres.ts'
import { migrateJobs } from '../../src/database/jobs-schema.ts'
import { migrate } from '../../src/database/migrate.ts'
import { prepareDatabase, type RoleUrls } from '../../src/database/roles.ts'
import { TEMPLATE } from './database.ts'
import { fastFolder } from './fast-folder.ts'
import { dropFinishedDatabases } from './finished-databases.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string
    templateUrls: RoleUrls
    /** A folder that is removed after the run. */
    runDirectory: string
  }
}

/** Nothing of the run outlives it, so that nothing need reach the disk, and the log of changes can be short. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  // Statistics of tables change by the acts of a test, and not with the time.
  autovacuum: 'off',
  scram_iterations: '1',
}

/** One PostgreSQL for the run, with a migrated template that each test file clones. */
export default async function setUp(project: TestProject) {
  const path = await fastFolder('colloquy-test-')
  const log = pino({ level: 'warn' })
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = await startEmbeddedPostgres({ dataDirectory, log, settings })
  const templateUrls = await prepareDatabase(postgres.adminUrl, TEMPLATE)
  await migrate({ url: templateUrls.ownerUrl, log })
  await migrateJobs(templateUrls.systemUrl, log)
  const runDirectory = await fastFolder('colloquy-run-')
  project.provide('runDirectory', runDirectory)
  project.provide('adminUrl', postgres.adminUrl)
  project.provide('templateUrls', templateUrls)
  const stopDropping = dropFinishedDatabases(postgres.adminUrl)
  return async () => {
    await stopDropping()
    await postgres.stop()
    await dataDirectory.release()
    for (const folder of [path, runDirectory]) await rm(folder, { recursive: true, force: true })
  }
}
