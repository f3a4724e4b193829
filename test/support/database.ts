import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type RoleUrls, withClient } from '../../src/database/roles.ts'
import { FINISHED } from './finished-databases.ts'

/** The migrated, empty database that others are cloned from. */
export const TEMPLATE = 'colloquy_template'

/** A database of one test file's own, and its three roles. */
export interface TestDatabase extends RoleUrls {
  adminUrl: string
  /** Gives it up; the run drops it meanwhile, which would be a wait of a third of a second. */
  drop(): Promise<void>
}

/** Clones the template. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl')
  const { ownerUrl, appUrl, systemUrl } = inject('templateUrls')
  const name = `test_${randomBytes(6).toString('hex')}`
  await withClient(adminUrl, async (admin) => {
    await admin.query(`create database ${name} template ${TEMPLATE} strategy file_copy`)
    // All other rights are within the database, and cloned.
    await admin.query(`grant create, connect, temporary on database ${name} to colloquy_owner`)
    await admin.query(`revoke temporary on database ${name} from public`)
  })
  const within = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
  return {
    ownerUrl: within(ownerUrl),
    appUrl: within(appUrl),
    systemUrl: within(systemUrl),
    adminUrl: within(adminUrl),
    drop: () =>
      withClient(
        adminUrl,
        async (admin) => void (await admin.query(`comment on database ${name} is '${FINISHED}'`)),
      ),
  }
}
