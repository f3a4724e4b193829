import type { Services } from '../context.ts'
import type { Statement } from '../database/database.ts'
import type { Subscription } from './unsubscribe-token.ts'

const endEmail: Statement = {
  name: 'unsubscribe',
  text: 'update users set email_when_offline = false where company_id = $1 and id = $2',
}

/** Ends a member's e-mail, as the preference does; once more changes nothing. */
export async function unsubscribe(
  { database, viewers }: Services,
  { companyId, userId }: Subscription,
): Promise<void> {
  await database.forSystem(companyId).query(endEmail, [companyId, userId])
  viewers.forget(companyId)
}
