import { createHmac, randomBytes } from 'node:crypto'
import type { ActOrigin } from '../database/acting.ts'
import { column, columns } from '../database/columns.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { Keyring } from '../encryption/keyring.ts'
import type { RequestOrigin } from '../http/request-origin.ts'

/** The client that an act comes from. */
export type Client = Pick<RequestOrigin, 'address' | 'userAgent'>

/** The clients that acts come from. */
export interface Origins {
  /** Returns the origin of a person's client. It is stored together with the first act. */
  of(companyId: string, userId: string | null, client: Client): Promise<ActOrigin>
}

/** An origin as it is stored. Salt and ciphertext are null once the person is erased. */
export const originColumns = columns({
  id: column.bytes,
  salt: column.bytes.orNull,
  sealed: column.bytes.orNull,
})

/** Number of clients that a process remembers. One that it has forgotten is another origin. */
const MAX_REMEMBERED = 20_000

/** Creates the origins of a process. */
export function createOrigins(keyring: Keyring): Origins {
  const known = new Map<string, Promise<ActOrigin>>()

  async function make(companyId: string, client: Client): Promise<ActOrigin> {
    const keys = await keyring.forCompany(companyId)
    const salt = randomBytes(32)
    const id = commitment(salt, client)
    return { id, salt, sealed: sealClient(keys, id, client), isStored: false }
  }

  return {
    of(companyId, userId, client) {
      const name = JSON.stringify([companyId, userId, client.address, client.userAgent])
      const found = known.get(name)
      if (found) return found
      if (known.size >= MAX_REMEMBERED) known.clear()
      const made = make(companyId, client)
      known.set(name, made)
      // The next act tries again.
      made.catch(() => known.delete(name))
      return made
    },
  }
}

/**
 * The HMAC by which an origin is named. The salt is random, so the name tells nothing once salt and ciphertext are erased.
 */
export function commitment(salt: Uint8Array, { address, userAgent }: Client): Buffer {
  return createHmac('sha256', salt).update(`${address}\n${userAgent}`).digest()
}

function sealClient(keys: CompanyKeys, id: Buffer, { address, userAgent }: Client): Buffer {
  return keys.encrypt(JSON.stringify([address, userAgent]), {
    field: 'audit-origin',
    recordId: id.toString('hex'),
  })
}

/** Opens a stored client. Throws DecryptionError. */
export function openClient(keys: CompanyKeys, id: Buffer, sealed: Uint8Array): Client {
  const text = keys.decrypt(sealed, { field: 'audit-origin', recordId: id.toString('hex') })
  const [address, userAgent] = JSON.parse(text) as [string, string]
  return { address, userAgent }
}
