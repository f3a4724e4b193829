/**
 * Stores the secrets of each company outside of the database and its backups, and wraps the company's data keys with
 * the newest. Destroying them makes the company's data unreadable, because nothing else decrypts it.
 */
export interface KeyProvider {
  /** Wraps a data key with the company's newest secret. Throws KeyUnavailableError, KeysDestroyedError. */
  wrap(companyId: string, plainKey: Buffer): Promise<Buffer>
  /** Unwraps a data key with the secret that wrapped it. Throws KeyUnavailableError, KeysDestroyedError. */
  unwrap(companyId: string, wrapped: Buffer): Promise<Buffer>
  /** Stores a secret for the company durably before it returns. An existing one, or the mark of a destroyed one, is kept. */
  createSecret(companyId: string): Promise<void>
  /** Adds a newest secret. Only one process at a time may add or drop secrets of a company. */
  addSecret(companyId: string): Promise<void>
  /** Drops all secrets but the newest and those that wrapped these keys. */
  dropSecrets(companyId: string, wrapped: Buffer[]): Promise<void>
  /** Destroys all secrets of the company permanently, so that it never gets another one. */
  destroySecrets(companyId: string): Promise<void>
}
