import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { KeysDestroyedError } from '../encryption/errors.ts'
import type { RequestError } from '../errors.ts'
import { type Membership, MembershipRefused } from './choose-membership.ts'

const keysDestroyed = statement({
  name: 'keys_destroyed',
  parameters: ['reference'],
  row: rowsOf<{ isDestroyed: boolean }>(),
  text: 'select app.keys_destroyed(:reference) as "isDestroyed"',
})

/**
 * Returns why somebody without an active membership is refused in the company with this id or external id: it was
 * destroyed, or else nothing that tells whether it exists. `refused` are the memberships that are known and not active.
 */
export async function refusal(
  database: Database,
  reference: string,
  refused: readonly Pick<Membership, 'companyId' | 'userId'>[] = [],
): Promise<RequestError> {
  const [found] = await database.unbound(keysDestroyed, { reference })
  return found?.isDestroyed ? new KeysDestroyedError() : new MembershipRefused(refused)
}
