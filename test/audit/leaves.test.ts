import { expect, test } from 'vitest'
import { leafOf } from '../../src/audit/audit-row.ts'

const COMPANY = '01a22d4e-26f5-7238-94de-8cfe685815a2'
const row = {
  index: 7,
  kind: 'message.created',
  actorId: null,
  objectId: null,
  conversationId: null,
  at: 0,
  requestId: null as string | null,
  keyHash: null,
  originId: null,
  detail: null,
}

test('a leaf is JSON with the time as Date writes it, on any day and at any millisecond', () => {
  const day = 86_400_000
  const times = [0, 1, 99, 100, 999, 59_999, 3_599_999, day - 1, day, -1, -day, 1_796_056_639_460]
  for (const at of [...times, 253_402_300_800_000, 951_782_400_000.5, 1_709_164_799_999])
    expect(JSON.parse(leafOf(COMPANY, { ...row, at })).at, String(at)).toBe(new Date(at).toISOString())
  expect(() => leafOf(COMPANY, { ...row, at: Number.POSITIVE_INFINITY })).toThrow(RangeError)
})

test('a leaf holds any request id as it is', () => {
  for (const requestId of [
    '',
    'plain 7',
    'with "quotes"',
    'back\\slash',
    'line\nbreak',
    'ümläut 👍',
    '\u007f\u2028',
  ])
    expect(JSON.parse(leafOf(COMPANY, { ...row, requestId })).request).toBe(requestId)
  expect(leafOf(COMPANY, row)).toBe(
    `{"company":"${COMPANY}","index":7,"kind":"message.created","actor":null,"object":null,"conversation":null,` +
      `"at":"1970-01-01T00:00:00.000Z","request":null,"key":null,"origin":null,"detail":null}`,
  )
})
