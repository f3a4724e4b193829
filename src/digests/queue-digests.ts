import { forEachCompany } from '../companies/each-company.ts'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** How late a digest may be besides the company's own delay. */
const EVERY_MS = 15_000
const MAX_EVENTS = 1_000
const MAX_PEOPLE = 1_000

const companiesToDigest = statement({
  name: 'companies_to_digest',
  row: rowsOf<{ companyId: string }>(),
  text: 'select c.id as "companyId" from app.companies_to_digest() c (id)',
})

const findPeople = statement({
  name: 'find_digests',
  parameters: ['max'],
  text: 'select app.find_digests(:max) as people',
})

const nextPeople = statement({
  name: 'next_digests',
  parameters: ['max'],
  row: rowsOf<{ userId: string }>(),
  text: 'select d.id as "userId" from app.next_digests(:max) d (id)',
})

const queueOf = statement({
  name: 'queue_digests',
  parameters: ['userIds'],
  text: 'select app.queue_digests(:userIds) as jobs',
})

/**
 * Puts a job into the queue for everybody who is offline and has something unread that is older than the company's delay
 * and has not been told of it. It looks through each event once, on whichever process: sending pays nothing
 * for it. A person who is online when something comes due is looked at again until offline or done with reading.
 */
export async function queueDigests(
  services: Pick<Services, 'database' | 'presence' | 'log'>,
  signal?: AbortSignal,
): Promise<void> {
  const { database, presence } = services
  const companies = await database.acrossCompanies(companiesToDigest, {})
  const work = async (companyId: string) => {
    const tenant = database.forSystem(companyId)
    await tenant.query(findPeople, { max: MAX_EVENTS })
    const next = await tenant.query(nextPeople, { max: MAX_PEOPLE })
    if (next.length === 0) return
    const people = next.map(({ userId }) => userId)
    const states = await presence.read(companyId, people)
    const offline = people.filter((_, at) => states[at]?.status === 'OFFLINE')
    if (offline.length > 0) await tenant.query(queueOf, { userIds: offline })
  }
  const ids = companies.map(({ companyId }) => companyId)
  await forEachCompany(services, ids, { work, failed: 'digests could not be queued' }, signal)
}

/** Looks for digests to send until it is stopped. */
export function startQueueingDigests(services: Services): PeriodicTask {
  const run = (signal: AbortSignal) =>
    queueDigests(services, signal).catch((error) =>
      services.log.warn({ err: error }, 'digests could not be queued'),
    )
  return startPeriodicTask(run, { everyMs: EVERY_MS })
}
