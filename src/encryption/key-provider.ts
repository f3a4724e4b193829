/**
 * Holds one secret per company outside the database and its backups, and wraps that company's data keys with it.
 * Destroying the secret is what shreds a company: nothing else opens what the database holds.
 */
export interface KeyProvider {
  /** Wraps a data key under the company's newest secret. Throws KeyUnavailableError. */
  wrap(companyId: string, plainKey: Buffer): Promise<Buffer>
  /** Opens a wrapped data key with the secret that wrapped it. Throws KeyUnavailableError. */
  unwrap(companyId: string, wrapped: Buffer): Promise<Buffer>
  /** Makes the company's secret durable before it returns; an existing secret is kept. */
  createSecret(companyId: string): Promise<void>
  /** Destroys every secret of the company for good; a company without one is left as it is. */
  destroySecret(companyId: string): Promise<void>
}
