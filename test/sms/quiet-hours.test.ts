import { describe, expect, it } from 'vitest'
import { monthOf, quietUntil } from '../../src/sms/quiet-hours.ts'

const night = { from: '21:00', to: '08:00' }

describe('quiet hours', () => {
  it.each([
    ['2027-03-01T20:59:00Z', 'UTC', null],
    ['2027-03-01T21:00:00Z', 'UTC', '2027-03-02T08:00:00.000Z'],
    ['2027-03-02T07:59:00Z', 'UTC', '2027-03-02T08:00:00.000Z'],
    ['2027-03-02T08:00:00Z', 'UTC', null],
    ['2027-03-02T12:00:00Z', 'America/Los_Angeles', '2027-03-02T16:00:00.000Z'],
    // The clocks skip an hour in this night.
    ['2027-03-27T21:00:00Z', 'Europe/Berlin', '2027-03-28T06:00:00.000Z'],
  ])('at %s in %s end at %s', (now, zone, end) => {
    expect(quietUntil(new Date(now), zone, night)?.toISOString() ?? null).toBe(end)
  })

  it('may lie within a day, and may not be at all', () => {
    const noon = new Date('2027-03-01T12:30:00Z')
    expect(quietUntil(noon, 'UTC', { from: '12:00', to: '13:00' })?.toISOString()).toBe(
      '2027-03-01T13:00:00.000Z',
    )
    expect(quietUntil(noon, 'UTC', { from: '13:00', to: '14:00' })).toBeNull()
    expect(quietUntil(noon, 'UTC', null)).toBeNull()
  })
})

describe('a month', () => {
  it('is that of the zone', () => {
    const { month, endsAt } = monthOf(new Date('2027-03-31T23:30:00Z'), 'Europe/Berlin')
    expect([month, endsAt.toISOString()]).toEqual(['2027-04', '2027-04-30T22:00:00.000Z'])
  })
})
