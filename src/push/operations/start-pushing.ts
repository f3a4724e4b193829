import { forEachCompany } from '../../companies/each-company.ts'
import { type PeriodicTask, startPeriodicTask } from '../../concurrency/periodic-task.ts'
import type { Services } from '../../context.ts'
import { companiesToPush, findPushes } from '../push-statements.ts'

/** Maximum delay of a push message, besides the time that jobs wait. */
const EVERY_MS = 1_000
const MAX_EVENTS = 200

/** Scans the events of companies with subscriptions for messages to push, each once, by any process: sending costs nothing more. */
export async function findMessagesToPush(
  services: Pick<Services, 'database' | 'log'>,
  signal?: AbortSignal,
): Promise<void> {
  const { database } = services
  const companies = await database.acrossCompanies(companiesToPush, {})
  const work = async (companyId: string) => {
    const tenant = database.forSystem(companyId)
    for (let hasMore = true; hasMore && !signal?.aborted; ) {
      const [found] = await tenant.query(findPushes, { max: MAX_EVENTS })
      hasMore = found?.hasMore ?? false
    }
  }
  const ids = companies.map(({ companyId }) => companyId)
  await forEachCompany(services, ids, { work, failed: 'messages to push could not be found' }, signal)
}

/** Looks for messages to push until it is stopped. */
export function startPushing(services: Services): PeriodicTask {
  const run = (signal: AbortSignal) =>
    findMessagesToPush(services, signal).catch((error) =>
      services.log.warn({ err: error }, 'messages to push could not be found'),
    )
  return startPeriodicTask(run, { everyMs: EVERY_MS })
}
