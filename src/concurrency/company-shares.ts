/** Keeps one company from holding every connection of a pool while its writes wait for one another. */
export interface CompanyShares {
  /** Resolves when the company may take one more; what it resolves to gives it back. Rejects when it waits too long. */
  take(companyId: string): Promise<() => void>
}

interface Share {
  taken: number
  waiting: Set<() => void>
}

/** Creates shares of at most so many connections a company; the wait is in milliseconds. */
export function createCompanyShares(max: number, longestWaitMs: number): CompanyShares {
  const shares = new Map<string, Share>()

  function release(companyId: string, share: Share): void {
    const [next] = share.waiting
    if (next) next()
    else share.taken -= 1
    if (share.taken === 0) shares.delete(companyId)
  }

  function wait(share: Share): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = () => {
        clearTimeout(timer)
        share.waiting.delete(proceed)
        resolve()
      }
      const timer = setTimeout(() => {
        share.waiting.delete(proceed)
        // As pg words it for a pool that is used up.
        reject(new Error('timeout exceeded when trying to connect'))
      }, longestWaitMs)
      share.waiting.add(proceed)
    })
  }

  return {
    async take(companyId) {
      const share = shares.get(companyId) ?? { taken: 0, waiting: new Set() }
      shares.set(companyId, share)
      if (share.taken < max) share.taken += 1
      else await wait(share)
      let isTaken = true
      return () => {
        if (isTaken) release(companyId, share)
        isTaken = false
      }
    },
  }
}
