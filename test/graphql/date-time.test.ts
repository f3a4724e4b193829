import type { GraphQLScalarType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { readSchedule } from '../../src/broadcasts/schedule.ts'
import { schema } from '../../src/pipeline/schema.ts'

const DateTime = schema.getType('DateTime') as GraphQLScalarType
const read = (text: string): string => (DateTime.parseValue(text) as Date).toISOString()

describe('an instant', () => {
  it.each([
    ['2027-01-01t09:30:00z', '2027-01-01T09:30:00.000Z'],
    ['2027-01-01T09:30:00.5+01:00', '2027-01-01T08:30:00.500Z'],
    ['2027-01-01t00:00:00-00:00', '2027-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T00:59:60.25+01:00', '2017-01-01T00:00:00.250Z'],
    ['2015-06-30T19:59:60-04:00', '2015-07-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('%s is read as RFC 3339 has it', (text, instant) => expect(read(text)).toBe(instant))

  it.each([
    ...[
      '2027-01-01T24:00:00Z',
      '2027-01-01T24:00:00.000+01:00',
      '2027-01-01T25:00:00Z',
      '2027-01-01T09:60:00Z',
    ],
    ...['2027-01-01T09:30:60Z', '2027-01-01T23:59:60Z', '2016-12-31T23:59:60+01:00', '2016-12-31T23:59:61Z'],
    ...[
      '2027-02-29T00:00:00Z',
      '2027-01-01T09:30:00+24:00',
      '2027-01-01T09:30:00+01:60',
      '2027-01-01T09:30:00',
    ],
    ...[
      '2027-01-01 09:30:00Z',
      '2027-01-01T09:30Z',
      '2027-01-01T09:30:00.Z',
      '2027-1-1T09:30:00Z',
      '2027-13-31T23:59:60Z',
    ],
  ])('%s is refused', (text) => expect(() => read(text)).toThrow(/^A DateTime is/))
})

describe('a time zone', () => {
  const soon = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)

  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['EUROPE/BERLIN', 'Europe/Berlin'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['asia/calcutta', 'Asia/Calcutta'],
    ['america/port-AU-prince', 'America/Port-au-Prince'],
    ['us/eastern', 'US/Eastern'],
    ['etc/gmt+5', 'Etc/GMT+5'],
    ['utc', 'UTC'],
  ])('%s is spelt as the IANA database has it, and stays the alias it is', (timeZone, spelt) => {
    const schedule = readSchedule({ localTime: `${soon}T12:00:00`, timeZone }, ['schedule'])
    expect(schedule.timeZone).toBe(spelt)
  })
})
