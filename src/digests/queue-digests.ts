import { forEachCompany } from '../companies/each-company.ts'
import type { Services } from '../context.ts'
import type { Statement } from '../database/database.ts'

/** How late a digest may be besides the company's own delay. */
const EVERY_MS = 15_000
const MAX_EVENTS = 1_000
const MAX_PEOPLE = 1_000

const companiesToDigest: Statement = {
  name: 'companies_to_digest',
  text: 'select c.id as "companyId" from app.companies_to_digest() c (id)',
}

const findPeople: Statement = {
  name: 'find_digests',
  text: 'select app.find_digests($1) as people',
}

const nextPeople: Statement = {
  name: 'next_digests',
  text: 'select d.id as "userId" from app.next_digests($1) d (id)',
}

const queueOf: Statement = {
  name: 'queue_digests',
  text: 'select app.queue_digests($1) as jobs',
}

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
  const companies = await database.acrossCompanies<{ companyId: string }>(companiesToDigest, [])
  const work = async (companyId: string) => {
    const tenant = database.forSystem(companyId)
    await tenant.query(findPeople, [MAX_EVENTS])
    const next = await tenant.query<{ userId: string }>(nextPeople, [MAX_PEOPLE])
    if (next.length === 0) return
    const people = next.map(({ userId }) => userId)
    const states = await presence.read(companyId, people)
    const offline = people.filter((_, at) => states[at]?.status === 'OFFLINE')
    if (offline.length > 0) await tenant.query(queueOf, [offline])
  }
  const ids = companies.map(({ companyId }) => companyId)
  await forEachCompany(services, ids, { work, failed: 'digests could not be queued' }, signal)
}

/** Looks for digests to send until it is stopped. */
export function startQueueingDigests(services: Services): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= queueDigests(services, stopping.signal)
      .catch((error) => services.log.warn({ err: error }, 'digests could not be queued'))
      .finally(() => {
        running = undefined
      })
  }, EVERY_MS)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await running
    },
  }
}
