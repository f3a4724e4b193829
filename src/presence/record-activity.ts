import type { Person, PresenceStore } from './status.ts'

const EVERY_MS = 30_000
const MAX_KNOWN = 50_000

/** Creates a function that records activities of people and writes to the store at most every 30 s per person. */
export function createActivityRecorder(
  store: Pick<PresenceStore, 'recordActivity'>,
  now: () => number,
): { recordActivity(person: Person): void } {
  const notedAt = new Map<string, number>()

  function recordActivity(person: Person): void {
    const key = `${person.companyId} ${person.userId}`
    const time = now()
    if (time - (notedAt.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
    if (notedAt.size >= MAX_KNOWN) notedAt.clear()
    notedAt.set(key, time)
    void store.recordActivity(person)
  }

  return { recordActivity }
}
