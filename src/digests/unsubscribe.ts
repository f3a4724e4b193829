import type { Services } from '../context.ts'
import { statement } from '../database/statement.ts'
import type { Subscription } from './unsubscribe-token.ts'

const endEmail = statement({
  name: 'unsubscribe',
  parameters: ['companyId', 'userId'],
  text: 'update users set email_when_offline = false where company_id = :companyId and id = :userId',
})

/** Ends a member's e-mail, as the preference does; once more changes nothing. */
export async function unsubscribe(
  { database, viewers }: Services,
  { companyId, userId }: Subscription,
): Promise<void> {
  await database.forSystem(companyId).query(endEmail, { companyId, userId })
  viewers.forget(companyId)
}
