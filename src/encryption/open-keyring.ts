import type { DataDirectory } from '../data-directory/data-directory.ts'
import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { Environment } from '../env.ts'
import { StartupProblem } from '../startup-problem.ts'
import { createKeyProvider } from './create-key-provider.ts'
import { createDataKeyStore } from './data-key-store.ts'
import type { DataKeySource } from './data-keys.ts'
import { KeysDestroyedError, KeyUnavailableError } from './errors.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import { assertPrivateFolder } from './open-data-keys.ts'

/** The keys of all companies, and where they come from. */
export interface OpenedKeys {
  /** The folder of secrets. */
  keyDirectory: string
  keySource: DataKeySource
  keyring: Keyring
}

/** Opens the keys. Throws StartupProblem if they are not those of the database. */
export async function openKeyring(
  { keyDirectory, keys, production }: Environment,
  dataDirectory: DataDirectory,
  database: Database,
): Promise<OpenedKeys> {
  const folder = keyDirectory ?? dataDirectory.file('keys')
  if (production) await assertPrivateFolder(folder)
  const keySource = { provider: await createKeyProvider(keys, folder), store: createDataKeyStore(database) }
  const keyring = createKeyring(keySource)
  await assertKeysOpen(database, keyring)
  return { keyDirectory: folder, keySource, keyring }
}

const companiesWithEvents = statement({
  name: 'companies_with_events',
  row: rowsOf<{ id: string }>(),
  text: 'select s.company_id as id from company_streams s where s.position > 0 order by s.position desc limit 20',
})

/**
 * A process whose keys do not match the database would answer with errors, so it must not start. Several companies are
 * tried, because one whose secret was destroyed deliberately must not keep others from starting.
 */
async function assertKeysOpen(database: Database, keyring: Keyring): Promise<void> {
  const companies = await database.acrossCompanies(companiesWithEvents, {})
  let problem: KeyUnavailableError | undefined
  for (const { id } of companies) {
    try {
      await keyring.forCompany(id)
      return
    } catch (error) {
      if (error instanceof KeysDestroyedError) continue
      if (!(error instanceof KeyUnavailableError)) throw error
      problem ??= error
    }
  }
  if (problem) throw new StartupProblem(problem.message)
}
