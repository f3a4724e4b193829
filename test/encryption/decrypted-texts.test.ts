import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createCompanyKeys } from '../../src/encryption/company-keys.ts'
import { DecryptedTexts } from '../../src/encryption/decrypted-texts.ts'
import { DecryptionError } from '../../src/encryption/errors.ts'
import { bodyOf } from '../support/data-keys.ts'

const purposes = ['CONTENT', 'INDEX', 'LOOKUP'] as const

function companyKeys() {
  const dataKeys = purposes.map((purpose) => ({ id: randomUUID(), plainKey: randomBytes(32), purpose }))
  return createCompanyKeys(randomUUID(), dataKeys, dataKeys[0]?.id ?? '')
}

describe('a text that has been read', () => {
  test('is read again, and still opens at its own location and with every bit as it was alone', () => {
    const keys = companyKeys()
    const location = bodyOf()
    const envelope = keys.encrypt('Hello', location)
    for (let reading = 0; reading < 3; reading += 1) expect(keys.decrypt(envelope, location)).toBe('Hello')
    expect(keys.decrypt(Buffer.from(envelope), location)).toBe('Hello')
    for (const other of [
      bodyOf(),
      { ...location, revision: 1 },
      { ...location, field: 'subject' as const },
      { ...location, standing: 'replaced' as const },
      { ...location, authorId: randomUUID() },
      { ...location, conversationId: randomUUID() },
    ])
      expect(() => keys.decrypt(envelope, other)).toThrow(DecryptionError)
    for (const at of [0, 5, 20, envelope.length - 1]) {
      const changed = Buffer.from(envelope)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => keys.decrypt(changed, location)).toThrow(DecryptionError)
    }
    expect(() => companyKeys().decrypt(envelope, location)).toThrow(DecryptionError)
  })

  test('is dropped with the keys, and none is remembered after that', () => {
    const texts = new DecryptedTexts()
    const envelope = randomBytes(40)
    texts.remember('here', envelope, 'Hello')
    expect(texts.find('here', envelope)).toBe('Hello')
    texts.close()
    expect(texts.find('here', envelope)).toBeUndefined()
    texts.remember('here', envelope, 'Hello')
    expect(texts.find('here', envelope)).toBeUndefined()
  })

  test('stays where an export reads many others, which are remembered by nobody', () => {
    const texts = new DecryptedTexts()
    const keys = companyKeys()
    const envelope = randomBytes(40)
    texts.remember('read by many', envelope, 'Hello')
    const exported = (open: typeof keys.decrypt) => {
      for (let n = 0; n < 3_000; n += 1) {
        const location = bodyOf()
        expect(open(keys.encrypt('x'.repeat(8_000), location), location)).toHaveLength(8_000)
      }
    }
    exported(keys.decryptOnce)
    expect(texts.find('read by many', envelope)).toBe('Hello')
    exported(keys.decrypt)
    expect(texts.find('read by many', envelope)).toBeUndefined()
  })

  test('gives way to others when there are too many, and takes no room when it is long', () => {
    const texts = new DecryptedTexts()
    const other = new DecryptedTexts()
    const envelope = randomBytes(40)
    texts.remember('first', envelope, 'Hello')
    texts.remember('long', envelope, 'x'.repeat(9_000))
    expect(texts.find('long', envelope)).toBeUndefined()
    for (let n = 0; n < 4_000; n += 1) other.remember(`text ${n}`, envelope, 'y'.repeat(8_000))
    expect(texts.find('first', envelope)).toBeUndefined()
    expect(other.find('text 3999', envelope)).toHaveLength(8_000)
  })
})
