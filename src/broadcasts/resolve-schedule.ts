import { Temporal } from 'temporal-polyfill'
import { type InputIssue, InvalidInputError } from '../errors.ts'
import { isTimeZone } from '../text/time-zone.ts'

/** A wall-clock time somewhere: it stays what the clock there shows, whatever becomes of daylight saving time. */
export interface Schedule {
  /** Such as 2027-03-28T09:00:00. */
  localTime: string
  /** An IANA name such as Europe/Berlin, or an alias of one. */
  timeZone: string
}

/** The paths of a schedule's fields in the caller's input. */
export interface ScheduleOptions {
  /** Leads from the input's root to the schedule. */
  path: string[]
  now?: Date
}

/**
 * The instant a schedule comes to. A time that comes twice that day means the first. Throws InvalidInputError
 * for an unknown zone, a time that the clock there skips, one that is over, and one more than a year ahead.
 */
export function resolveSchedule({ localTime, timeZone }: Schedule, options: ScheduleOptions): Date {
  const { path, now = new Date() } = options
  const refuse = (field: keyof Schedule, detail: string): never => {
    const issue: InputIssue = { path: [...path, field], detail }
    throw new InvalidInputError([issue])
  }
  if (!isTimeZone(timeZone)) {
    refuse('timeZone', 'This is no time zone of the IANA database, such as Europe/Berlin.')
  }
  const wanted = Temporal.PlainDateTime.from(localTime)
  const found = wanted.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (!found.toPlainDateTime().equals(wanted)) {
    refuse('localTime', `In ${found.timeZoneId} the clocks skip this time.`)
  }
  const present = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  if (Temporal.ZonedDateTime.compare(found, present) <= 0) refuse('localTime', 'This time is over.')
  if (Temporal.ZonedDateTime.compare(found, present.add({ years: 1 })) > 0) {
    refuse('localTime', 'This is more than a year ahead.')
  }
  return new Date(found.epochMilliseconds)
}
