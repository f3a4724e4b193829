import pLimit, { type LimitFunction } from 'p-limit'

/** Lets a few work at a time, and of one company fewer still, so that it does not keep the others waiting. */
export interface Semaphore {
  /** Resolves to a function that releases the permit, once the company has one. */
  take(companyId: string): Promise<() => void>
}

interface Queue {
  limit: LimitFunction
  /** How many hold a permit or wait for one. */
  length: number
}

/** Creates a semaphore of `max` permits, of which one company may hold `maxOfCompany`. */
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
