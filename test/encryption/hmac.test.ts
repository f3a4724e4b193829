import { createHmac, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { hmacSha256 } from '../../src/encryption/hmac.ts'

it('HMACs are those of RFC 4231', () => {
  expect(hmacSha256(Buffer.alloc(20, 0x0b))('Hi There').toString('hex')).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  )
  expect(hmacSha256(Buffer.from('Jefe'))('what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

it('HMACs of texts of any length and script are those of OpenSSL', () => {
  for (let length = 0; length < 300; length += 7) {
    const key = randomBytes(1 + (length % 64))
    const text = 'aß漢👍'.repeat(length)
    expect(hmacSha256(key)(text)).toEqual(createHmac('sha256', key).update(text).digest())
  }
  expect(() => hmacSha256(randomBytes(65))).toThrow('more than 64')
})
