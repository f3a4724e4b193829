import { withClient } from '../src/database/roles.ts'
import type { Report } from './report.ts'
import { type Actor, type Stage, setStage } from './stage.ts'

const EVENTS = 300_000

/** A verification of a trail of 300,000 events by the server, through the API, once all of them are sealed. */
export async function auditVerify(): Promise<Report> {
  await using stage = await setStage({ companies: 1, people: 2, role: 'owner' })
  const [company] = stage.companies
  const [owner] = company?.actors ?? []
  if (!company || !owner) throw new Error('There is no company.')
  await fill(stage, company.companyId, owner)
  // Each seals some of them before it verifies.
  while ((await verify(stage, owner)) < EVENTS);
  const started = performance.now()
  await verify(stage, owner)
  const opsPerSecond = Math.round(EVENTS / ((performance.now() - started) / 1_000))
  const none = { p50Ms: 0, p95Ms: 0, p99Ms: 0, errors: 0, lost: 0, duplicates: 0, outOfOrder: 0 }
  return { workload: 'audit-verify', opsPerSecond, ...none, size: { events: EVENTS } }
}

/** Events as sends make them, after those that the company has already. */
async function fill({ adminUrl }: Stage, companyId: string, { userId }: Actor): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    await admin.query(
      `with taken as (
         update company_streams s set audited = s.audited + $3 where s.company_id = $1 returning s.audited - $3 as first
       )
       insert into audit_events (company_id, index, kind, actor_id, object_id, conversation_id, at, request_id, key_hash)
       select $1, t.first + n, 'message.created', $2, gen_random_uuid(), gen_random_uuid(), clock_timestamp(),
         'request ' || n, sha256(n::text::bytea)
       from taken t, generate_series(0, $3 - 1) n`,
      [companyId, userId, EVENTS],
    )
    await admin.query('analyze')
  })
}

/** Returns the number of events that were verified. */
async function verify({ url }: Stage, { token }: Actor): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ auditVerification { size problems { detail } } }' }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(JSON.stringify(errors))
  const { size, problems } = data.auditVerification
  if (problems.length > 0) throw new Error(JSON.stringify(data))
  return size
}
