import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prismaDirectory } from '../../src/database/migration-files.ts'
import { withClient } from '../../src/database/roles.ts'
import { describeSchema, printGrants, printSchema } from '../../src/database/schema/describe-schema.ts'
import { planSqlFiles } from '../../src/database/schema/plan-migration.ts'
import { readSqlFiles, type SqlFile } from '../../src/database/schema/sql-files.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())

const plan = (files?: SqlFile[]) => withClient(database.ownerUrl, (client) => planSqlFiles(client, files))

const printed = async (file: string) => readFile(join(prismaDirectory(), file), 'utf8')

describe('the files of prisma/sql', () => {
  test('define every function, policy, trigger and right as the migrations left them', async () => {
    expect(await plan()).toBe('')
  })

  test('give a migration of what changed in them alone: bodies, results, rights and what they no longer define', async () => {
    const change = (file: SqlFile, name: string, from: string, to: string) =>
      file.name === name ? { ...file, sql: file.sql.replace(from, to) } : file
    const files = (await readSqlFiles())
      .filter(({ name }) => name !== 'broadcasts/remind_recipients.sql')
      .map((file) => change(file, 'tenancy/bound_user.sql', 'app.user_id', 'app.person_id'))
      .map((file) => change(file, 'jobs/job_tasks.sql', 'returns text[]', 'returns varchar[]'))
      .map((file) => change(file, 'messages/receipts.sql', 'grant insert, select', 'grant select'))
    const script = await plan(files)
    expect([...script.matchAll(/^-- prisma\/sql\/(.*)$/gm)].map(([, name]) => name)).toEqual([
      'jobs/job_tasks.sql',
      'tenancy/bound_user.sql',
      'messages/receipts.sql',
    ])
    expect(script).toContain('drop function app.job_tasks;')
    expect(script).toContain('app.person_id')
    expect(script).toMatch(/^drop function app\.remind_recipients\(uuid,uuid,uuid\);$/m)
  })
})

test('prisma/schema.sql and prisma/grants.json are what the migrated database holds', async () => {
  const description = await withClient(database.ownerUrl, describeSchema)
  expect(printSchema(description)).toBe(await printed('schema.sql'))
  expect(printGrants(description)).toBe(await printed('grants.json'))
})
