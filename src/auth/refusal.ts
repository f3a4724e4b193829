import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { KeysDestroyedError } from '../encryption/errors.ts'
import { RequestError } from '../errors.ts'
import { NO_MEMBERSHIP } from './choose-membership.ts'

const keysDestroyed = statement({
  name: 'keys_destroyed',
  parameters: ['reference'],
  row: rowsOf<{ isDestroyed: boolean }>(),
  text: 'select app.keys_destroyed(:reference) as "isDestroyed"',
})

/**
 * Returns why somebody without an active membership is refused in the company with this id or external id: it was
 * destroyed, or else nothing that tells whether it exists.
 */
export async function refusal(database: Database, reference: string): Promise<RequestError> {
  const [found] = await database.unbound(keysDestroyed, { reference })
  return found?.isDestroyed ? new KeysDestroyedError() : new RequestError('FORBIDDEN', NO_MEMBERSHIP)
}
