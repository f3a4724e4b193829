import { Temporal } from 'temporal-polyfill'

/** The hours in which nothing is sent, such as 21:00 to 08:00. They may span midnight. */
export interface QuietHours {
  from: string
  to: string
}

/** Returns the end of the quiet hours that the instant is in, null if it is in none. */
export function quietUntil(now: Date, timeZone: string, quiet: QuietHours | null): Date | null {
  if (!quiet || quiet.from === quiet.to) return null
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  const time = local.toPlainTime()
  const [from, to] = [Temporal.PlainTime.from(quiet.from), Temporal.PlainTime.from(quiet.to)]
  const isAfterFrom = Temporal.PlainTime.compare(time, from) >= 0
  const isBeforeTo = Temporal.PlainTime.compare(time, to) < 0
  const spansMidnight = Temporal.PlainTime.compare(from, to) > 0
  if (spansMidnight ? !isAfterFrom && !isBeforeTo : !isAfterFrom || !isBeforeTo) return null
  const day = local.toPlainDate().add({ days: spansMidnight && isAfterFrom ? 1 : 0 })
  return new Date(day.toZonedDateTime({ timeZone, plainTime: to }).epochMilliseconds)
}

/** The month of an instant in a zone, such as 2027-03, and the instant at which the next one begins. */
export function monthOf(now: Date, timeZone: string): { month: string; endsAt: Date } {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  const month = local.toPlainDate().toPlainYearMonth()
  const next = month.add({ months: 1 }).toPlainDate({ day: 1 })
  return {
    month: month.toString(),
    endsAt: new Date(next.toZonedDateTime({ timeZone }).epochMilliseconds),
  }
}
