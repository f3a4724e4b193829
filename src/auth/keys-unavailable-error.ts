const detail = "The token issuer's keys cannot be fetched at the moment."

/** Thrown when a token can be neither accepted nor rejected because the issuer's keys cannot be fetched. */
export class KeysUnavailableError extends Error {
  override name = 'KeysUnavailableError'
  detail = detail
  /** Milliseconds until the next fetch of the keys. */
  retryAfterMs: number

  constructor(retryAfterMs: number, cause: unknown) {
    super(detail, { cause })
    this.retryAfterMs = retryAfterMs
  }
}
