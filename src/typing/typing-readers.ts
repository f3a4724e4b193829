import type { Statement, TenantDatabase } from '../database/database.ts'
import { readersOf } from '../members/readers.ts'
import { readableSql } from '../visibility/visibility.ts'

/** One person in one conversation. */
export interface ReaderPair {
  conversationId: string
  userId: string
}

/** Which of these pairs of a conversation, $2, and a person, $3, are of an enabled member who may read there now: $1 company. */
const typingReaders: Statement = {
  name: 'typing_readers',
  text: `with readers as materialized (select u.id from ${readersOf('$3', 'MESSAGE_READ')} u)
    select c.id as "conversationId", u.id as "userId"
    from unnest($2::uuid[], $3::uuid[]) v (conversation_id, user_id)
    join readers u on u.id = v.user_id
    join conversations c on c.company_id = $1 and c.id = v.conversation_id
    left join lateral (
      select p.user_id from participants p
      where p.company_id = $1 and p.conversation_id = v.conversation_id and p.user_id = v.user_id and p.left_at is null
      -- The plan for the average company serves a large one too, where it would look through everybody there.
      offset 0
    ) p on true
    where ${readableSql} or c.audience = 'COMPANY'`,
}

/** Finds those of the pairs whose person may read the conversation now. */
export function typingReadersAmong(
  system: TenantDatabase,
  pairs: readonly ReaderPair[],
): Promise<ReaderPair[]> {
  return system.query<ReaderPair>(typingReaders, [
    system.tenant.companyId,
    pairs.map(({ conversationId }) => conversationId),
    pairs.map(({ userId }) => userId),
  ])
}
