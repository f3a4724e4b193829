/**
 * Thrown when the secret that wraps a company's data keys is missing or is another one. The message is for the
 * operator.
 */
export class KeyUnavailableError extends Error {
  override readonly name = 'KeyUnavailableError'
}

/**
 * Thrown when a ciphertext cannot be decrypted for its location. It contains no details, so that nobody can probe with
 * it.
 */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError'

  constructor() {
    super('This text cannot be decrypted.')
  }
}
