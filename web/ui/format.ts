import type { Strings } from '../locales/en.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, known)
  return known
}

/** The time of day. */
export function timeOf(at: string, locale: string): string {
  return format(locale, { hour: 'numeric', minute: '2-digit' }).format(new Date(at))
}

/** Date and time in full, for titles and screen readers. */
export function momentOf(at: string, locale: string): string {
  return format(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(at))
}

/** The day as a heading: today, yesterday, a weekday or a date. */
export function dayOf(at: string, locale: string, text: Strings): string {
  const days = daysAgo(at)
  if (days === 0) return text.today
  if (days === 1) return text.yesterday
  if (days < 7) return format(locale, { weekday: 'long' }).format(new Date(at))
  return format(locale, { dateStyle: 'long' }).format(new Date(at))
}

/** The time of today, or the day, as short as possible. */
export function briefly(at: string, locale: string): string {
  const days = daysAgo(at)
  if (days === 0) return timeOf(at, locale)
  if (Math.abs(days) < 7) return format(locale, { weekday: 'short' }).format(new Date(at))
  return format(locale, { day: 'numeric', month: 'short' }).format(new Date(at))
}

/** True if both are on one day here. */
export function isSameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString()
}

function daysAgo(at: string): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0)
  return Math.round((midnight(Date.now()) - midnight(Date.parse(at))) / DAY_MS)
}
