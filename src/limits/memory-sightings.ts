import { LRUCache } from 'lru-cache'
import { MAX_SIGHTINGS, SIGHTED_MS, type Sightings } from './sightings.ts'

const MAX_KEYS = 100_000

/** Counts in this process alone: without Redis, and while Redis does not answer. */
export function createMemorySightings(): Sightings {
  const seen = new LRUCache<string, { at: number; place: string }[]>({ max: MAX_KEYS, ttl: SIGHTED_MS })

  return {
    async note(key, place) {
      const now = performance.now()
      const sighting = { at: now, place }
      const all = [...(seen.get(key) ?? []), sighting].filter(({ at }) => at > now - SIGHTED_MS)
      seen.set(key, all.slice(-MAX_SIGHTINGS))
      return {
        times: all.length,
        places: new Set(all.map((each) => each.place)).size,
        async undo() {
          seen.set(
            key,
            (seen.get(key) ?? []).filter((each) => each !== sighting),
          )
        },
      }
    },
  }
}
