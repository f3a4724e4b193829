import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { prepareDatabase, type RoleUrls, withClient } from '../../src/database/roles.ts'

/** The migrated, empty database that others are cloned from. */
export const TEMPLATE = 'colloquy_template'

/** A database of one test file's own, and its three roles. */
export interface TestDatabase extends RoleUrls {
  adminUrl: string
  drop(): Promise<void>
}

/** Clones the template. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await withClient(adminUrl, (admin) => admin.query(`create database ${name} template ${TEMPLATE}`))
  const here = new URL(adminUrl)
  here.pathname = `/${name}`
  return {
    ...(await prepareDatabase(adminUrl, name)),
    adminUrl: here.href,
    drop: () =>
      withClient(adminUrl, async (admin) => void (await admin.query(`drop database ${name} with (force)`))),
  }
}
