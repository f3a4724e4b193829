import pLimit, { type LimitFunction } from 'p-limit'

/** Lets a few work at a time, and of one company fewer still, so that it does not keep the others waiting. */
export interface Turns {
  /** Resolves when the company has a turn; what it resolves to gives it back. */
  take(companyId: string): Promise<() => void>
}

interface Queue {
  limit: LimitFunction
  /** Who has a turn or waits for one. */
  length: number
}

/** Creates so many turns, of which one company may have so many at once. */
export function createTurns(most: number, mostOfCompany: number): Turns {
  const limit = pLimit(most)
  const queues = new Map<string, Queue>()

  async function inTurn(companyId: string, work: () => Promise<void>): Promise<void> {
    const queue = queues.get(companyId) ?? { limit: pLimit(mostOfCompany), length: 0 }
    queues.set(companyId, queue)
    queue.length += 1
    await queue.limit(() => limit(work))
    queue.length -= 1
    if (queue.length === 0) queues.delete(companyId)
  }

  return {
    take: (companyId) =>
      new Promise((begin) => void inTurn(companyId, () => new Promise<void>((giveBack) => begin(giveBack)))),
  }
}
