import { forEachCompany } from '../companies/each-company.ts'
import type { Parts } from '../context.ts'
import type { Statement } from '../database/database.ts'

/** How late a digest may be besides the company's own delay. */
const EVERY_MS = 15_000
const MOST_EVENTS = 1_000

const companiesToDigest: Statement = {
  name: 'companies_to_digest',
  text: 'select c.id as "companyId" from app.companies_to_digest() c (id)',
}

const queueOf: Statement = {
  name: 'queue_digests',
  text: 'select app.queue_digests($1) as people',
}

/**
 * Puts a job into the queue for everybody who has something unread that is older than the company's delay and has not been
 * told of it (features 4.4). It looks through each event once, on whichever process: sending pays nothing for it.
 */
export async function queueDigests(
  parts: Pick<Parts, 'database' | 'log'>,
  signal?: AbortSignal,
): Promise<void> {
  const { database } = parts
  const companies = await database.acrossCompanies<{ companyId: string }>(companiesToDigest, [])
  const work = async (companyId: string) => {
    await database.forChores(companyId).query(queueOf, [MOST_EVENTS])
  }
  const ids = companies.map(({ companyId }) => companyId)
  await forEachCompany(parts, ids, { work, failed: 'digests could not be queued' }, signal)
}

/** Looks for digests to send until it is stopped. */
export function startQueueingDigests(parts: Parts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= queueDigests(parts, stopping.signal)
      .catch((error) => parts.log.warn({ err: error }, 'digests could not be queued'))
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
