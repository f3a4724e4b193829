import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { resolveSchedule } from './resolve-schedule.ts'

/** A local time and its IANA time zone, as an input gives them. */
export const scheduleInput = z.object({ localTime: z.string(), timeZone: z.string() })

/** A schedule and its instant. */
export interface ResolvedSchedule {
  localTime: string
  timeZone: string
  at: Date
}

/**
 * Resolves a schedule to an instant and to the canonical spelling of its zone. `path` is its path in the input. Throws
 * InvalidInputError.
 */
export function readSchedule(given: z.infer<typeof scheduleInput>, path: string[]): ResolvedSchedule {
  const at = resolveSchedule(given, { path })
  return { ...given, timeZone: Temporal.Now.zonedDateTimeISO(given.timeZone).timeZoneId, at }
}
