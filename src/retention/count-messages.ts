import { rowsOf } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'

/** Numbers of a company's messages. */
export interface MessageCounts {
  /** All that are stored. */
  stored: number
  /** Those of them that are past the company's retention. */
  due: number
  /** Those of the latter that a legal hold keeps. */
  held: number
  /** Messages to and from guests that are past it. */
  dueSms: number
}

const countMessages = statement({
  name: 'count_messages',
  parameters: ['companyId', 'defaultDays'],
  row: rowsOf<MessageCounts>(),
  text: `select (select count(*)::float8 from messages m where m.company_id = :companyId) as stored,
      (select count(*)::float8 from messages m where m.company_id = :companyId and m.created_at < r.end_at) as due,
      (
        select count(*)::float8 from messages m where m.company_id = :companyId and m.created_at < r.end_at
          and app.is_held(m.company_id, m.conversation_id, m.author_id, m.created_at)
      ) as held,
      (
        (select count(*) from guest_messages g where g.company_id = :companyId and g.created_at < r.end_at)
        + (select count(*) from inbound_messages i where i.company_id = :companyId and i.received_at < r.end_at)
      )::float8 as "dueSms"
    from (select app.retention_end(:defaultDays) as end_at) r`,
})

/** Counts the messages of a company, where companies that have set nothing keep them for so many days. */
export async function countOf(system: TenantDatabase, defaultDays: number): Promise<MessageCounts> {
  const { companyId } = system.tenant
  const [counts] = await system.query(countMessages, { companyId, defaultDays })
  return counts ?? { stored: 0, due: 0, held: 0, dueSms: 0 }
}
