import type { Database } from '../../database/database.ts'
import { statement } from '../../database/statement.ts'
import type { KeyProvider } from '../../encryption/key-provider.ts'
import { ConflictError } from '../../errors.ts'
import { holdsInForce } from '../../holds/hold-row.ts'

const eraseCompany = statement({ name: 'erase_company', text: 'select app.erase_company()' })

/**
 * Destroys the keys of a company, and erases its names, addresses, titles and logins. Nothing brings it back. It may be
 * repeated if it was interrupted. Throws ConflictError while legal holds are in force, unless it is despite them.
 */
export async function destroyCompany(
  { database, provider }: { database: Database; provider: KeyProvider },
  companyId: string,
  { despiteHolds = false } = {},
): Promise<void> {
  const [holds] = await database.forSystem(companyId).query(holdsInForce, { companyId })
  if (!despiteHolds && holds && holds.count > 0)
    throw new ConflictError(
      `Legal holds are in force in this company: ${holds.count}. Release them, or destroy it with --despite-holds.`,
    )
  // First, since it is the part that a folder without the right to write refuses.
  await provider.destroySecrets(companyId)
  await database.forSystem(companyId).query(eraseCompany, {})
  // Again, since a rotation that was under way may have written a secret; none begins any more.
  await provider.destroySecrets(companyId)
}
