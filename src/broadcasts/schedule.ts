import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { resolveSchedule } from './resolve-schedule.ts'

/** A wall-clock time and its IANA zone, as an input has them. */
export const scheduleInput = z.object({ localTime: z.string(), timeZone: z.string() })

/** A schedule and the instant it comes to. */
export interface ResolvedSchedule {
  localTime: string
  timeZone: string
  at: Date
}

/** Finds the instant of a schedule given as `path` of an input, and how its zone is spelt. Throws InvalidInputError. */
export function readSchedule(given: z.infer<typeof scheduleInput>, path: string[]): ResolvedSchedule {
  const at = resolveSchedule(given, { path })
  return { ...given, timeZone: Temporal.Now.zonedDateTimeISO(given.timeZone).timeZoneId, at }
}
