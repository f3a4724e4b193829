import pLimit, { type LimitFunction } from 'p-limit'

/**
 * Limits how many pieces of work run concurrently, in total and per company, so that one company does not keep the
 * others waiting.
 */
export interface Semaphore {
  /** Resolves when the company has a permit, to a function that releases it. */
  take(companyId: string): Promise<() => void>
}

interface Queue {
  limit: LimitFunction
  /** Number of holders and waiters. */
  length: number
}

/** Creates a semaphore of `max` permits, of which one company holds at most `maxOfCompany`. */
export function createSemaphore(max: number, maxOfCompany: number): Semaphore {
  const limit = pLimit(max)
  const queues = new Map<string, Queue>()

  async function withPermit(companyId: string, work: () => Promise<void>): Promise<void> {
    const queue = queues.get(companyId) ?? { limit: pLimit(maxOfCompany), length: 0 }
    queues.set(companyId, queue)
    queue.length += 1
    await queue.limit(() => limit(work))
    queue.length -= 1
    if (queue.length === 0) queues.delete(companyId)
  }

  return {
    take: (companyId) =>
      new Promise(
        (begin) => void withPermit(companyId, () => new Promise<void>((release) => begin(release))),
      ),
  }
}
