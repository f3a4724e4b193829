import { isScalarType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { resolveSchedule } from '../../src/broadcasts/resolve-schedule.ts'
import { InvalidInputError } from '../../src/errors.ts'
import { schema } from '../../src/pipeline/schema.ts'

const now = new Date('2026-11-21T06:00:00Z')
const path = ['schedule']

function instantOf(localTime: string, timeZone: string): string {
  return resolveSchedule({ localTime, timeZone }, { path, now }).toISOString()
}

function issuesOf(localTime: string, timeZone: string) {
  try {
    return instantOf(localTime, timeZone)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues
    throw error
  }
}

const refused = (field: string, detail: RegExp) => [
  { path: ['schedule', field], detail: expect.stringMatching(detail) },
]

describe('a schedule', () => {
  it.each([
    // The local time stays the same when daylight saving time begins and ends.
    ['2026-12-01T09:00:00', 'Europe/Berlin', '2026-12-01T08:00:00.000Z'],
    ['2027-03-27T09:00:00', 'Europe/Berlin', '2027-03-27T08:00:00.000Z'],
    ['2027-03-28T09:00:00', 'Europe/Berlin', '2027-03-28T07:00:00.000Z'],
    ['2027-10-31T09:00:00', 'Europe/Berlin', '2027-10-31T08:00:00.000Z'],
    // At the edges of what is skipped.
    ['2027-03-28T01:59:59', 'Europe/Berlin', '2027-03-28T00:59:59.000Z'],
    ['2027-03-28T03:00:00', 'Europe/Berlin', '2027-03-28T01:00:00.000Z'],
    // Twice that day: the first.
    ['2027-10-31T02:30:00', 'Europe/Berlin', '2027-10-31T00:30:00.000Z'],
    ['2027-11-07T01:30:00', 'America/New_York', '2027-11-07T05:30:00.000Z'],
    // Half hours, odd quarters, no change of clock, and the other half of the year.
    ['2027-01-15T09:00:00', 'Asia/Kathmandu', '2027-01-15T03:15:00.000Z'],
    ['2027-04-04T01:45:00', 'Australia/Lord_Howe', '2027-04-03T14:45:00.000Z'],
    ['2027-06-01T09:00:00', 'UTC', '2027-06-01T09:00:00.000Z'],
    // Aliases, and the writing of the name.
    ['2027-01-15T09:00:00', 'Asia/Calcutta', '2027-01-15T03:30:00.000Z'],
    ['2027-01-15T09:00:00', 'Asia/Kolkata', '2027-01-15T03:30:00.000Z'],
    ['2027-01-15T09:00:00', 'europe/berlin', '2027-01-15T08:00:00.000Z'],
    ['2026-11-21T07:00:01', 'Europe/Berlin', '2026-11-21T06:00:01.000Z'],
    ['2027-11-21T07:00:00', 'Europe/Berlin', '2027-11-21T06:00:00.000Z'],
  ])('at %s in %s comes at %s', (localTime, timeZone, instant) => {
    expect(instantOf(localTime, timeZone)).toBe(instant)
  })

  it.each([
    ['2027-03-28T02:00:00', 'Europe/Berlin'],
    ['2027-03-28T02:59:59', 'Europe/Berlin'],
    ['2027-03-14T02:30:00', 'America/New_York'],
    ['2027-10-03T02:15:00', 'Australia/Lord_Howe'],
  ])('at %s in %s, which the clocks skip, is refused', (localTime, timeZone) => {
    const detail = new RegExp(`^In ${timeZone} the clocks skip this time`)
    for (const typed of [timeZone, timeZone.toLowerCase()]) {
      expect(issuesOf(localTime, typed)).toEqual(refused('localTime', detail))
    }
  })

  it.each([
    '',
    'Mars/Olympus',
    'Berlin',
    '+02:00',
    '-05',
    'UTC+2',
    'Z',
    'Europe/Berlin ',
    'Europe/Berlin\0',
    'x'.repeat(500),
  ])('in the zone %j is refused', (timeZone) => {
    expect(issuesOf('2027-03-28T09:00:00', timeZone)).toEqual(refused('timeZone', /no time zone of the IANA/))
  })

  it('that is over, or more than a year ahead, is refused', () => {
    const over = refused('localTime', /is over/)
    expect(issuesOf('2026-11-21T07:00:00', 'Europe/Berlin')).toEqual(over)
    expect(issuesOf('1999-12-31T23:59:59', 'Europe/Berlin')).toEqual(over)
    expect(issuesOf('0001-01-01T00:00:00', 'UTC')).toEqual(over)
    const far = refused('localTime', /more than a year ahead/)
    expect(issuesOf('2027-11-21T07:00:01', 'Europe/Berlin')).toEqual(far)
    expect(issuesOf('9999-12-31T23:59:59', 'Pacific/Kiritimati')).toEqual(far)
  })
})

describe('a LocalDateTime', () => {
  const scalar = schema.getType('LocalDateTime')
  if (!isScalarType(scalar)) throw new Error('LocalDateTime is no scalar.')
  const read = (value: unknown) => scalar.parseValue(value)

  it('has seconds, or none', () => {
    expect(read('2027-03-28T09:00')).toBe('2027-03-28T09:00:00')
    expect(read('2028-02-29T23:59:59')).toBe('2028-02-29T23:59:59')
    expect(read('2028-02-29t23:59')).toBe('2028-02-29T23:59:00')
  })

  it.each([
    '2027-03-28',
    '2027-03-28 09:00:00',
    '2027-03-28T09:00:00Z',
    '2027-03-28T09:00:00+01:00',
    '2027-03-28T09:00:00[Europe/Berlin]',
    '2027-03-28T09:00:00.5',
    '2027-03-28T24:00:00',
    '2027-03-28T09:60:00',
    '2027-02-29T09:00:00',
    '2027-13-01T09:00:00',
    '0000-01-01T09:00:00',
    '+002027-03-28T09:00:00',
    ' 2027-03-28T09:00:00',
    '2027-03-28T09:00:00\n',
    '',
    null,
    1_806_220_800,
  ])('is not %j', (value) => {
    expect(() => read(value)).toThrow('such as 2027-03-28T09:00:00')
  })
})
