import { Temporal } from 'temporal-polyfill'
import { type InputIssue, InvalidInputError } from '../errors.ts'

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
  if (!isZone(timeZone)) {
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

/** An offset such as +02:00 is no zone: it knows nothing of daylight saving time. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
