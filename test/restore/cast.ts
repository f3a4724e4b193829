import { pino } from 'pino'
import { type DevelopmentIssuer, openDevelopmentIssuer } from '../../src/auth/development-issuer.ts'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import type { RoleUrls } from '../../src/database/roles.ts'
import { createDataKeyStore } from '../../src/encryption/data-key-store.ts'
import { createKeyring, type Keyring } from '../../src/encryption/keyring.ts'
import { createLocalKeyProvider } from '../../src/encryption/local-key-provider.ts'
import { encodeId } from '../../src/ids.ts'
import { Client } from '../support/client.ts'
import { createUnlimitedCompany } from '../support/unlimited-company.ts'

/** A company of a drill, of people who write to each other. */
export interface Company {
  name: string
  uuid: string
  people: Client[]
}

/** The database and keys as this process uses them, beside the server. */
export interface Store extends AsyncDisposable {
  database: Database
  keyring: Keyring
  issuer: DevelopmentIssuer
}

/** Opens the database and the keys. */
export async function openStore(urls: RoleUrls, path: string): Promise<Store> {
  const dataDirectory = await openDataDirectory(path, { exclusive: false })
  const database = openDatabase({ ...urls, poolSize: 4, log: pino({ level: 'warn' }) })
  const provider = createLocalKeyProvider(dataDirectory.file('keys'))
  return {
    database,
    keyring: createKeyring({ provider, store: createDataKeyStore(database) }),
    issuer: await openDevelopmentIssuer(dataDirectory),
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** Makes a company. Its people write to the server at `url` as often as they like. */
export async function castCompany(
  { database, issuer }: Store,
  url: string,
  name: string,
  people: number,
): Promise<Company> {
  const logins = Array.from({ length: people }, (_, at) => `person-${at}@${name.toLowerCase()}.test`)
  const { companyId: uuid, users } = await createUnlimitedCompany(database, name, logins)
  const clients = users.map(async ({ id, externalId }) => {
    const token = await issuer.mint({ subject: externalId ?? '', companyId: uuid })
    return new Client(url, token, { userId: encodeId('User', id), uuid: id, externalId: externalId ?? '' })
  })
  return { name, uuid, people: await Promise.all(clients) }
}
