import type { Services } from '../context.ts'
import { statement } from '../database/statement.ts'
import type { Subscription } from './unsubscribe-token.ts'

const endEmail = statement({
  name: 'unsubscribe',
  parameters: ['companyId', 'userId'],
  text: 'update users set email_when_offline = false where company_id = :companyId and id = :userId',
})

/** Turns a member's e-mail off, as the preference does. Repeating it changes nothing. */
export async function unsubscribe(
  { database, viewers }: Services,
  { companyId, userId }: Subscription,
): Promise<void> {
  await database.forSystem(companyId).query(endEmail, { companyId, userId })
  viewers.forget(companyId)
}
