/** How often something was seen within the last 10 minutes, this time included. */
export interface Sighted {
  times: number
  /** In so many different places. */
  places: number
  /** Takes this time back. Never rejects. */
  undo(): Promise<void>
}

/** Counts how often, and in how many places, the same was seen lately. */
export interface Sightings {
  note(key: string, place: string): Promise<Sighted>
}

/** Time for which a sighting counts. */
export const SIGHTED_MS = 600_000
/** Most sightings of one key that are kept: more than any limit on them. */
export const MAX_SIGHTINGS = 200
