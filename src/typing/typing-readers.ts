import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { readersOf } from '../members/readers.ts'
import { readableSql, storedMembership } from '../visibility/visibility.ts'

/** A person in a conversation. */
export interface ReaderPair {
  conversationId: string
  userId: string
}

/** The pairs whose person is an enabled member and may read the conversation now. */
const typingReaders = statement({
  name: 'typing_readers',
  parameters: ['companyId', 'conversationIds', 'userIds'],
  row: rowsOf<ReaderPair>(),
  text: `with readers as materialized (select u.id from ${readersOf(':userIds', 'MESSAGE_READ')} u)
    select c.id as "conversationId", u.id as "userId"
    from unnest(:conversationIds::uuid[], :userIds::uuid[]) v (conversation_id, user_id)
    join readers u on u.id = v.user_id
    join conversations c on c.company_id = :companyId and c.id = v.conversation_id
    ${storedMembership('v.user_id', 'v.conversation_id')}
    where ${readableSql} or c.audience = 'COMPANY'`,
})

/** Finds those of the pairs whose person may read the conversation now. */
export function typingReadersAmong(
  system: TenantDatabase,
  pairs: readonly ReaderPair[],
): Promise<ReaderPair[]> {
  return system.query(typingReaders, {
    companyId: system.tenant.companyId,
    conversationIds: pairs.map(({ conversationId }) => conversationId),
    userIds: pairs.map(({ userId }) => userId),
  })
}
