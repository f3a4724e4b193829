import { RequestError } from '../errors.ts'

/**
 * Thrown when the secret that wraps a company's data keys is missing or is another one. The message is for the
 * operator.
 */
export class KeyUnavailableError extends Error {
  override readonly name: string = 'KeyUnavailableError'
}

/** Thrown when the service that wraps the secrets does not answer, or is overloaded. Keys in memory stay in use meanwhile. */
export class KeyProviderBusyError extends KeyUnavailableError {
  override readonly name = 'KeyProviderBusyError'
}

/** Thrown when the service that wraps the secrets refuses to open them. No key in memory may be used any more. */
export class KeyProviderRefusedError extends KeyUnavailableError {
  override readonly name = 'KeyProviderRefusedError'
}

/** Thrown when the keys of the company were destroyed deliberately. Nothing of it can ever be read again. */
export class KeysDestroyedError extends RequestError {
  constructor() {
    super(
      'FORBIDDEN',
      'The keys of this company were destroyed: nothing of it can be read any more.',
      undefined,
      { reason: 'KEYS_DESTROYED' },
    )
  }
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
