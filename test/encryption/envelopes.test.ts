import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssociatedData } from '../../src/encryption/associated-data.ts'
import type { CompanyKeys } from '../../src/encryption/company-keys.ts'
import { DecryptionError } from '../../src/encryption/errors.ts'
import type { KeyProvider } from '../../src/encryption/key-provider.ts'
import { createKeyring } from '../../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../../src/encryption/local-key-provider.ts'
import { bodyOf, memoryStore } from '../support/data-keys.ts'

let directory: string
let provider: KeyProvider

beforeAll(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'colloquy-keys-')), 'keys')
  provider = createLocalKeyProvider(directory)
})

afterAll(() => rm(join(directory, '..'), { recursive: true }))

const uuid = fc.uuid()
const location: fc.Arbitrary<AssociatedData> = fc.oneof(
  fc.record({
    field: fc.constantFrom('body', 'subject', 'metadata'),
    conversationId: uuid,
    messageId: uuid,
    authorId: uuid,
    revision: fc.nat(),
    standing: fc.constantFrom('current', 'replaced', 'retracted'),
  }),
  fc.record({ field: fc.constant('description'), conversationId: uuid }),
  fc.record({ field: fc.constantFrom('report', 'phone', 'email'), recordId: uuid }),
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\u{feff}mark', 'שלום 👩🏽‍🚀', 'null\u0000byte', 'é vs é'),
)

describe('an envelope', () => {
  const companyId = randomUUID()
  let keys: CompanyKeys
  let foreign: CompanyKeys

  beforeAll(async () => {
    const keyring = createKeyring({ provider, store: memoryStore().store })
    keys = await keyring.forCompany(companyId)
    foreign = await keyring.forCompany(randomUUID())
  })

  test('gives back exactly the text that went in', () => {
    fc.assert(
      fc.property(text, location, (plaintext, context) => {
        expect(keys.decrypt(keys.encrypt(plaintext, context), context)).toBe(plaintext)
        expect(keys.decrypt(new Uint8Array(keys.encrypt(Buffer.from(plaintext), context)), context)).toBe(
          plaintext,
        )
      }),
    )
  })

  test('never repeats itself and does not contain the text', () => {
    const context = bodyOf()
    const envelopes = Array.from({ length: 1000 }, () => keys.encrypt('canary', context).toString('hex'))
    expect(new Set(envelopes).size).toBe(1000)
    expect(envelopes.some((envelope) => envelope.includes(Buffer.from('canary').toString('hex')))).toBe(false)
  })

  test('opens only in the place it was written for', () => {
    fc.assert(
      fc.property(text, location, location, (plaintext, written, read) => {
        fc.pre(JSON.stringify(written) !== JSON.stringify(read))
        const envelope = keys.encrypt(plaintext, written)
        expect(() => keys.decrypt(envelope, read)).toThrow(DecryptionError)
      }),
    )
  })

  const written = bodyOf()
  test.each<[string, AssociatedData]>([
    ['field', { ...written, field: 'subject' }],
    ['conversation', { ...written, conversationId: randomUUID() }],
    ['message', { ...written, messageId: randomUUID() }],
    ['revision', { ...written, revision: 1 }],
    ['author', { ...written, authorId: randomUUID() }],
    ['standing, replaced', { ...written, standing: 'replaced' }],
    ['standing, retracted', { ...written, standing: 'retracted' }],
    ['kind of row', { field: 'description', conversationId: written.conversationId }],
  ])('does not open under another %s', (_, read) => {
    const envelope = keys.encrypt('text', written)
    expect(keys.decrypt(envelope, written)).toBe('text')
    expect(() => keys.decrypt(envelope, read)).toThrow(DecryptionError)
  })

  test('does not open with the keys of another company', () => {
    expect(() => foreign.decrypt(keys.encrypt('text', written), written)).toThrow(DecryptionError)
  })

  test('opens whichever case the ids are written in, as uuids compare', () => {
    const upperCase = {
      ...written,
      messageId: written.messageId.toUpperCase(),
      conversationId: written.conversationId.toUpperCase(),
      authorId: written.authorId.toUpperCase(),
    }
    expect(keys.decrypt(keys.encrypt('text', upperCase), written)).toBe('text')
  })

  test('does not open with any bit flipped', () => {
    const envelope = keys.encrypt('short', written)
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const flipped = Buffer.from(envelope)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => keys.decrypt(flipped, written), `bit ${bit}`).toThrow(DecryptionError)
    }
  })

  test('does not open truncated, extended or made of noise', () => {
    const envelope = keys.encrypt('short', written)
    for (let length = 0; length < envelope.length; length++) {
      expect(() => keys.decrypt(envelope.subarray(0, length), written), `${length} bytes`).toThrow(
        DecryptionError,
      )
    }
    expect(() => keys.decrypt(Buffer.concat([envelope, Buffer.alloc(1)]), written)).toThrow(DecryptionError)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(() => keys.decrypt(noise, written)).toThrow(DecryptionError)
      }),
    )
  })

  test('says nothing about why it does not open', () => {
    const failures = [Buffer.alloc(0), Buffer.alloc(100), keys.encrypt('text', bodyOf())].map((envelope) => {
      try {
        return keys.decrypt(envelope, written)
      } catch (error) {
        return error instanceof DecryptionError && { message: error.message, cause: error.cause }
      }
    })
    expect(new Set(failures.map((failure) => JSON.stringify(failure)))).toEqual(
      new Set(['{"message":"This text cannot be decrypted."}']),
    )
  })

  test('goes with a request hash that depends on the request and the company', () => {
    expect(keys.requestHash('{"body":"hi"}')).toEqual(keys.requestHash('{"body":"hi"}'))
    expect(keys.requestHash('{"body":"hi"}')).not.toEqual(keys.requestHash('{"body":"ho"}'))
    expect(keys.requestHash('{"body":"hi"}')).not.toEqual(foreign.requestHash('{"body":"hi"}'))
  })
})
