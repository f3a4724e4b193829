/**
 * Stores one secret per company outside of the database and its backups, and wraps the company's data keys with it.
 * Destroying the secret makes the company's data unreadable, because nothing else decrypts it.
 */
export interface KeyProvider {
  /** Wraps a data key with the company's newest secret. Throws KeyUnavailableError. */
  wrap(companyId: string, plainKey: Buffer): Promise<Buffer>
  /** Unwraps a data key with the secret that wrapped it. Throws KeyUnavailableError. */
  unwrap(companyId: string, wrapped: Buffer): Promise<Buffer>
  /** Stores a secret for the company durably before it returns. An existing secret is kept. */
  createSecret(companyId: string): Promise<void>
  /** Destroys all secrets of the company permanently. Does nothing if there is none. */
  destroySecret(companyId: string): Promise<void>
}
