import type { FindAct } from '../database/acting.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { RequestOrigin } from '../http/request-origin.ts'
import type { Origins } from './origins.ts'

/** The person who acts, and what is known of the request. */
export interface ActSource {
  companyId: string
  userId: string | null
  origins: Origins
  keys(): Promise<CompanyKeys>
  origin(): RequestOrigin | undefined
  /** The Idempotency-Key header. */
  idempotencyKey?: string | undefined
}

/** Returns the function that tells the database by which request a statement acts. */
export function findActOf({ companyId, userId, origins, keys, origin, idempotencyKey }: ActSource): FindAct {
  return async (given) => {
    const key = typeof given === 'string' ? given : idempotencyKey
    const from = origin()
    const [stored, keyHash] = await Promise.all([
      from ? origins.of(companyId, userId, from) : null,
      key === undefined ? null : hashKey(keys, key),
    ])
    return { actorId: userId, requestId: from?.requestId ?? null, keyHash, origin: stored }
  }
}

async function hashKey(keys: () => Promise<CompanyKeys>, key: string): Promise<Buffer> {
  return (await keys()).requestHash(`audit ${key}`)
}
