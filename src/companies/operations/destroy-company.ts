import type { Database } from '../../database/database.ts'
import { statement } from '../../database/statement.ts'
import type { KeyProvider } from '../../encryption/key-provider.ts'

const eraseCompany = statement({ name: 'erase_company', text: 'select app.erase_company()' })

/**
 * Destroys the keys of a company, and erases its names, addresses, titles and logins. Nothing brings it back. It may be
 * repeated if it was interrupted.
 */
export async function destroyCompany(
  { database, provider }: { database: Database; provider: KeyProvider },
  companyId: string,
): Promise<void> {
  // First, since it is the part that a folder without the right to write refuses.
  await provider.destroySecrets(companyId)
  await database.forSystem(companyId).query(eraseCompany, {})
  // Again, since a rotation that was under way may have written a secret; none begins any more.
  await provider.destroySecrets(companyId)
}
