import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import { smsSize } from '../../src/sms/segments.ts'

describe('the size of a text as SMS', () => {
  it.each([
    ['a'.repeat(160), 'GSM7', 160, 1],
    ['a'.repeat(161), 'GSM7', 161, 2],
    ['€'.repeat(80), 'GSM7', 160, 1],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM7', 306, 3],
    [`${'a'.repeat(159)}😀`, 'UCS2', 161, 3],
    ['ж'.repeat(70), 'UCS2', 70, 1],
    ['ж'.repeat(71), 'UCS2', 71, 2],
    [`${'ж'.repeat(66)}😀${'ж'.repeat(66)}`, 'UCS2', 134, 3],
    ['`', 'UCS2', 1, 1],
  ])('of %j is %s, %i characters, %i segments', (text, encoding, characters, segments) => {
    expect(smsSize(text)).toEqual({ encoding, characters, segments })
  })

  it('is that of the calculator of Twilio for any text', () => {
    const unit = fc.constantFrom('a', 'Z', ' ', '\n', '€', '[', '~', 'é', 'ж', '😀', '中', '^')
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 340 }), (units) => {
        const text = units.join('')
        const known = new SegmentedMessage(text, 'auto', false)
        expect(smsSize(text)).toMatchObject({
          encoding: known.getEncodingName() === 'GSM-7' ? 'GSM7' : 'UCS2',
          segments: known.segmentsCount,
        })
      }),
      { numRuns: 200 },
    )
  })
})
