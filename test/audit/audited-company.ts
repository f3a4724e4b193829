import type { TestApp, TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'

/** The people of a company whose trail tests look at: `ann` is its owner and audits. */
export type AuditedCompany = TestCompany<'ann' | 'bob' | 'cal'>

/** The fields of an audit event that tests compare. */
export const EVENT =
  'id index kind actor { id } objectId conversationId at address userAgent requestId detail'

/** Creates a company, in whose only group `bob` has sent some messages. */
export async function auditedCompany(
  app: TestApp,
  messages = 0,
): Promise<{ acme: AuditedCompany; groupId: string }> {
  const acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
  // A first request ties the login, which is an act.
  for (const client of [acme.ann, acme.bob, acme.cal]) await client.run('{ viewer { user { id } } }')
  const groupId = await acme.bob.group('Team', [acme.ann, acme.cal])
  for (let sent = 0; sent < messages; sent++)
    await acme.bob.say({ conversationId: groupId }, `Message ${sent}`)
  return { acme, groupId }
}

/** The outcome of a verification that the owner asks for. */
export async function verified({ ann }: AuditedCompany): Promise<{
  size: number
  root: string
  note: string
  problems: { index: number | null; detail: string }[]
}> {
  const { auditVerification } = await ann.run(
    '{ auditVerification { size root note verifiedAt problems { index detail } } }',
  )
  return auditVerification
}

/** Runs SQL as somebody who has taken the database over: no trigger holds. */
export async function tamper(app: TestApp, sql: string): Promise<void> {
  await onDatabase(app, `set session_replication_role = replica; ${sql}`)
}
