import { forEachCompany } from '../companies/each-company.ts'
import { type PeriodicTask, startPeriodicTask } from '../concurrency/periodic-task.ts'
import type { Services } from '../context.ts'
import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** Maximum delay of a digest in addition to the company's own e-mail delay. */
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
 * Enqueues a job for every person who is offline and has unread messages older than the company's e-mail delay that no
 * e-mail has reported. Each event is scanned once, by any process, so sending costs nothing more. A person who is
 * online when messages become due is checked again until offline or done reading.
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
