/** Limits the connections of a pool that one company holds while its writes wait for one another. */
export interface CompanyShares {
  /**
   * Resolves when the company may take one more connection, to a function that releases it. Rejects after the longest
   * wait.
   */
  take(companyId: string): Promise<() => void>
}

interface Share {
  taken: number
  waiting: Set<() => void>
}

/** Creates shares of at most `max` connections per company. The wait is in milliseconds. */
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
        // The message that pg uses for an exhausted pool.
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
