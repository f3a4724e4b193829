import type { PresenceState } from './status.ts'

/** After Redis has lost its data, every process writes its devices again within this time. */
export const RETURN_MS = 5_000

/** People who were not offline and whom the store does not know, with the time in milliseconds since when. */
export class WatchDoubts {
  #since = new Map<string, number>()

  get areThere(): boolean {
    return this.#since.size > 0
  }

  /**
   * Replaces the people who were missing at the last comparison by those who are missing now. Returns, as offline, the
   * people whom no process has written to the store again within RETURN_MS.
   */
  settle(missing: Iterable<string>): PresenceState[] {
    const time = performance.now()
    const since = new Map([...missing].map((userId) => [userId, this.#since.get(userId) ?? time]))
    const gone = [...since].filter(([, from]) => from <= time - RETURN_MS).map(([userId]) => userId)
    for (const userId of gone) since.delete(userId)
    this.#since = since
    return gone.map((userId) => ({ userId, status: 'OFFLINE', changedAt: null }))
  }
}
