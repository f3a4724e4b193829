/** The secret that opens a company's data keys is missing or is not the one that wrapped them; the message is for the operator. */
export class KeyUnavailableError extends Error {
  override readonly name = 'KeyUnavailableError'
}

/** A ciphertext does not open at the location it was read from; it says nothing more, so that nothing can be probed. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError'

  constructor() {
    super('This text cannot be decrypted.')
  }
}
