import { createCipheriv, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { freeBytes } from '../../src/free-bytes.ts'

const MIB = 1024 * 1024

it('memory of bytes that are freed is given back at once, without a collection', () => {
  const cipher = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12))
  const plain = Buffer.alloc(MIB)
  const before = process.memoryUsage().arrayBuffers
  for (let made = 0; made < 16; made += 1) freeBytes(cipher.update(plain))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * MIB)
})

it('bytes that share their memory with others are not freed', () => {
  const whole = Buffer.alloc(MIB, 'a')
  const half = whole.subarray(0, MIB / 2)
  freeBytes(half)
  expect(half.toString('utf8', 0, 3)).toBe('aaa')
  expect(whole.length).toBe(MIB)
})
