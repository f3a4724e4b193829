/** The sightings of something within the last 10 minutes, this one included. */
export interface Sighted {
  times: number
  /** Number of different places, such as conversations. */
  places: number
  /** Removes this sighting. Never rejects. */
  undo(): Promise<void>
}

/** Counts how often, and in how many places, the same thing was seen lately. */
export interface Sightings {
  note(key: string, place: string): Promise<Sighted>
}

/** Time for which a sighting counts. */
export const SIGHTED_MS = 600_000
/** Maximum number of sightings kept per key, more than any limit on them. */
export const MAX_SIGHTINGS = 200
