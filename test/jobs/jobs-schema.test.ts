import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { assertJobsSchema, migrateJobs } from '../../src/database/jobs-schema.ts'
import { migrate } from '../../src/database/migrate.ts'
import { prepareDatabase, type RoleUrls, withClient } from '../../src/database/roles.ts'
import { startApp } from '../support/app.ts'
import { query } from '../support/embedded-postgres.ts'

const log = pino({ level: 'silent' })
let urls: RoleUrls
let name: string
let adminUrl: string
beforeEach(async () => {
  name = `jobs_${randomBytes(6).toString('hex')}`
  urls = await prepareDatabase(inject('adminUrl'), name)
  const here = new URL(inject('adminUrl'))
  here.pathname = `/${name}`
  adminUrl = here.href
})
afterEach(async () => {
  await withClient(inject('adminUrl'), (admin) => admin.query(`drop database ${name} with (force)`))
})

describe('the schema of the job queue', () => {
  it('belongs to the system role, which needs no rights on the database, when nodes start together', async () => {
    const { ownerUrl, systemUrl } = urls
    await expect(assertJobsSchema(systemUrl)).rejects.toThrow(
      'graphile_worker is missing: run the migrate command',
    )
    await expect(migrateJobs(systemUrl, log)).rejects.toThrow(
      'graphile_worker is missing: run the migrate command',
    )
    await migrate({ url: ownerUrl, log })
    await expect(assertJobsSchema(systemUrl)).rejects.toThrow('graphile_worker is not up to date')
    await Promise.all([migrateJobs(systemUrl, log), migrateJobs(systemUrl, log), migrateJobs(systemUrl, log)])
    await assertJobsSchema(systemUrl)
    expect(
      await query(
        adminUrl,
        `select distinct r.rolname as owner from pg_class c join pg_roles r on r.oid = c.relowner
         where c.relnamespace = 'graphile_worker'::regnamespace
         union select distinct r.rolname from pg_proc p join pg_roles r on r.oid = p.proowner
         where p.pronamespace = 'graphile_worker'::regnamespace`,
      ),
    ).toEqual([{ owner: 'colloquy_system' }])
    expect(
      await query(
        adminUrl,
        `select has_database_privilege('colloquy_system', current_database(), 'create') as "mayCreate",
           (select array_agg(p.proname::text) from pg_proc p where p.pronamespace = 'graphile_worker'::regnamespace
             and has_function_privilege('colloquy_app', p.oid, 'execute')) as served,
           (select max(id) from graphile_worker.migrations) as newest`,
      ),
    ).toEqual([{ mayCreate: false, served: ['enqueue_job'], newest: 19 }])
  })

  it('keeps a server from starting that could not run the jobs in it', async () => {
    const { ownerUrl, systemUrl } = urls
    await migrate({ url: ownerUrl, log })
    await migrateJobs(systemUrl, log)
    await query(adminUrl, 'alter table graphile_worker._private_jobs owner to colloquy_owner')
    const problem = /do not belong to the role of DATABASE_SYSTEM_URL/
    await expect(assertJobsSchema(systemUrl)).rejects.toThrow(problem)
    await expect(migrateJobs(systemUrl, log)).rejects.toThrow(problem)
    const database = { url: urls.appUrl, ownerUrl: undefined, systemUrl, poolSize: 2 }
    await expect(startApp({ environment: { database } })).rejects.toThrow(problem)
  })

  it('is mended by the next migration when the way into it is gone', async () => {
    const { ownerUrl, systemUrl } = urls
    await migrate({ url: ownerUrl, log })
    await migrateJobs(systemUrl, log)
    await query(systemUrl, 'drop function graphile_worker.enqueue_job')
    await expect(assertJobsSchema(systemUrl)).rejects.toThrow('not up to date: run the migrate command first')
    await migrateJobs(systemUrl, log)
    await assertJobsSchema(systemUrl)
  })
})
