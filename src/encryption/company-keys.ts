import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { open, seal } from './aes-gcm.ts'
import { type AssociatedData, encodeAssociatedData } from './associated-data.ts'
import type { KeyPurpose } from './data-keys.ts'
import { DecryptedTexts } from './decrypted-texts.ts'
import { DecryptionError } from './errors.ts'
import { hmacSha256 } from './hmac.ts'

/** An unwrapped data key of a company. */
export interface PlainDataKey {
  id: string
  plainKey: Buffer
  purpose: KeyPurpose
}

/**
 * The keys of one company. Get them from the keyring for each piece of work, so that the destruction of a secret takes
 * effect.
 */
export interface CompanyKeys {
  /**
   * Encrypts a text for one location. Returns version, key id, nonce, ciphertext and tag. A string must be well formed.
   */
  encrypt(plaintext: string | Buffer, context: AssociatedData): Buffer
  /** Decrypts a text of one location. Throws DecryptionError. */
  decrypt(envelope: Uint8Array, context: AssociatedData): string
  /**
   * The same for a text that is not read again soon, as in an export: it displaces none of those that are remembered. Throws
   * DecryptionError.
   */
  decryptOnce(envelope: Uint8Array, context: AssociatedData): string
  /** Returns the HMAC by which a repeated request is recognised. Rotating data keys does not change it. */
  requestHash(canonical: string): Buffer
  /**
   * Returns the 64-bit number, in decimal digits, that stands for a folded word in the search index. Rotating data keys does not change it.
   */
  searchToken(word: string): string
  /**
   * Returns the HMAC by which a record is found although the value is encrypted, such as a phone in E.164. Rotating data
   * keys does not change it.
   */
  lookupHash(kind: 'phone' | 'email' | 'member-id' | 'member-email' | 'push-topic', value: string): Buffer
  /** Drops the texts that were decrypted with these keys from memory, because the keys are dropped. */
  forgetTexts(): void
}

const envelopeVersion = 1
const keyIdEnd = 17
/** Number of words whose hashes are cached. Most texts use the same few thousand words, and hashing one costs 2 µs. */
const MAX_REMEMBERED_WORDS = 4_096
const MAX_REMEMBERED_LENGTH = 24

/** Creates the keys of a company from its data keys, oldest first, and the id of the one that encrypts. */
export function createCompanyKeys(
  companyId: string,
  dataKeys: PlainDataKey[],
  encryptWith: string,
): CompanyKeys {
  // Hashes that are compared with stored ones have keys of their own, which no rotation of content keys replaces.
  const hashOf = (dataKey: Buffer, purpose: string) => hmacSha256(derive(dataKey, purpose).export())
  const requestHash = hashOf(oldestOf(dataKeys, 'LOOKUP'), 'request')
  const searchHash = hashOf(oldestOf(dataKeys, 'INDEX'), 'search')
  const lookupHash = hashOf(oldestOf(dataKeys, 'LOOKUP'), 'lookup')
  const contentKeys = new Map(dataKeys.map(({ id, plainKey }) => [hexOf(id), derive(plainKey, 'content')]))
  const header = Buffer.from(`0${envelopeVersion}${hexOf(encryptWith)}`, 'hex')
  const contentKey = contentKeys.get(hexOf(encryptWith))
  const texts = new DecryptedTexts()
  if (!contentKey) throw new TypeError('The key that encrypts must be one of the data keys.')

  function decryptOnce(envelope: Uint8Array, context: AssociatedData): string {
    const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength)
    const key = bytes[0] === envelopeVersion ? contentKeys.get(bytes.toString('hex', 1, keyIdEnd)) : undefined
    const opened = key && open(key, bytes.subarray(keyIdEnd), encodeAssociatedData(companyId, context))
    if (!opened) throw new DecryptionError()
    return opened.toString('utf8')
  }

  return {
    encrypt: (plaintext, context) =>
      seal(contentKey, plaintext, encodeAssociatedData(companyId, context), header),

    decrypt(envelope, context) {
      const location = nameOf(context)
      const known = location && texts.find(location, envelope)
      if (known !== undefined) return known
      const plaintext = decryptOnce(envelope, context)
      if (location !== undefined) texts.remember(location, envelope, plaintext)
      return plaintext
    },

    decryptOnce,

    requestHash,

    searchToken: rememberWords((word) => searchHash(word).readBigInt64BE().toString()),

    lookupHash: (kind, value) => lookupHash(`${kind} ${value}`),

    forgetTexts: () => texts.close(),
  }
}

/** Remembers the tokens of short words. */
function rememberWords(tokenOf: (word: string) => string): (word: string) => string {
  const remembered = new Map<string, string>()
  return (word) => {
    const known = remembered.get(word)
    if (known !== undefined) return known
    const token = tokenOf(word)
    if (word.length > MAX_REMEMBERED_LENGTH) return token
    if (remembered.size >= MAX_REMEMBERED_WORDS) remembered.clear()
    remembered.set(word, token)
    return token
  }
}

/** Names the location of a message's text; undefined for others, which few people read. */
function nameOf(location: AssociatedData): string | undefined {
  if (!('messageId' in location)) return undefined
  const { field, messageId, revision, standing, conversationId, authorId } = location
  return `${field} ${messageId} ${revision} ${standing} ${conversationId} ${authorId}`
}

function oldestOf(dataKeys: PlainDataKey[], purpose: KeyPurpose): Buffer {
  const oldest = dataKeys.find((key) => key.purpose === purpose)
  if (!oldest) throw new TypeError(`A company needs a data key for the purpose ${purpose}.`)
  return oldest.plainKey
}

function derive(dataKey: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, '', `colloquy ${purpose}`, 32)))
}

function hexOf(id: string): string {
  return id.replaceAll('-', '').toLowerCase()
}
