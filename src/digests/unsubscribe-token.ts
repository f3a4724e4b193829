import { parse } from 'uuid'
import type { Services } from '../context.ts'
import { statement } from '../database/statement.ts'
import type { CompanyKeys } from '../encryption/company-keys.ts'
import { KeysDestroyedError, KeyUnavailableError } from '../encryption/errors.ts'
import { uuidFromBytes } from '../ids.ts'
import { isSameSecret } from '../text/same-secret.ts'

/** The path of the links below the public URL. */
export const UNSUBSCRIBE_PATH = '/unsubscribe/'

/** The member whose e-mail a link ends. */
export interface Subscription {
  companyId: string
  userId: string
}

const ID_BYTES = 16
const MAC_BYTES = 16

const findMember = statement({
  name: 'unsubscribe_member',
  parameters: ['companyId', 'userId'],
  text: 'select u.id from users u where u.company_id = :companyId and u.id = :userId',
})

/**
 * Returns the link that ends a member's e-mail without signing in. It does not expire, but becomes invalid when the
 * company's keys are destroyed.
 */
export function unsubscribeUrl(publicUrl: string, keys: CompanyKeys, subscription: Subscription): string {
  const { companyId, userId } = subscription
  const token = Buffer.concat([parse(companyId), parse(userId), mac(keys, subscription)])
  return `${publicUrl}${UNSUBSCRIBE_PATH}${token.toString('base64url')}`
}

/** Returns the member of a token. Null if the token is forged or the member was removed. */
export async function readUnsubscribeToken(
  { database, keyring }: Services,
  token: string,
): Promise<Subscription | null> {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 2 * ID_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null
  const subscription = {
    companyId: uuidFromBytes(bytes.subarray(0, ID_BYTES)),
    userId: uuidFromBytes(bytes.subarray(ID_BYTES, 2 * ID_BYTES)),
  }
  // First, since the keyring makes keys for a company that has none.
  const { companyId, userId } = subscription
  const [member] = await database.forSystem(companyId).query(findMember, { companyId, userId })
  if (!member) return null
  try {
    const expected = mac(await keyring.forCompany(companyId), subscription)
    return isSameSecret(bytes.subarray(2 * ID_BYTES), expected) ? subscription : null
  } catch (error) {
    if (error instanceof KeyUnavailableError || error instanceof KeysDestroyedError) return null
    throw error
  }
}

function mac(keys: CompanyKeys, { userId }: Subscription): Buffer {
  return keys.requestHash(`unsubscribe ${userId}`).subarray(0, MAC_BYTES)
}
