import { LRUCache } from 'lru-cache'

/** A page of messages that many people read is decrypted once: decrypting it took a quarter of the time of an answer. */
const MAX_CHARACTERS = 16 * 1024 * 1024
/** Longer texts are decrypted each time, so that a few of them do not displace all others. */
const MAX_LENGTH = 8 * 1024

interface Text {
  envelope: Uint8Array
  plaintext: string
  owner: DecryptedTexts
}

/** The texts of all companies, the least recently read dropped first. */
const texts = new LRUCache<string, Text>({
  maxSize: MAX_CHARACTERS,
  sizeCalculation: ({ plaintext, envelope }, key) => plaintext.length + envelope.length + key.length,
  dispose: (text, key) => text.owner.disown(key),
})

let owners = 0
const nextOwner = () => {
  owners += 1
  return owners
}

/**
 * The texts that were decrypted lately with one set of keys. They live in the same memory as the keys, which open all texts of
 * the company, and are dropped with them.
 */
export class DecryptedTexts {
  readonly #prefix = `${nextOwner()} `
  readonly #keys = new Set<string>()
  #isClosed = false

  /** Returns the text of exactly this ciphertext at this location, if it is remembered. */
  find(location: string, envelope: Uint8Array): string | undefined {
    const text = texts.get(this.#prefix + location)
    return text && Buffer.compare(text.envelope, envelope) === 0 ? text.plaintext : undefined
  }

  remember(location: string, envelope: Uint8Array, plaintext: string): void {
    if (this.#isClosed || plaintext.length > MAX_LENGTH) return
    const key = this.#prefix + location
    texts.set(key, { envelope, plaintext, owner: this })
    // The cache disowns what a text of the same name displaces.
    this.#keys.add(key)
  }

  /** Drops all of them, and remembers none of the texts that are being decrypted. */
  close(): void {
    this.#isClosed = true
    for (const key of this.#keys) texts.delete(key)
    this.#keys.clear()
  }

  /** Notes that the cache no longer has the text. */
  disown(key: string): void {
    this.#keys.delete(key)
  }
}
