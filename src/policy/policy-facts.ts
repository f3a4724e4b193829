import { column, columns, rowsOf } from '../database/columns.ts'
import { fence, statement } from '../database/statement.ts'

const factColumns = columns({
  conversationId: column.uuid.from('c.id'),
  userId: column.uuid.from('u.id'),
  companyExternalId: column.text.orNull.from('k.external_id'),
  userExternalId: column.text.orNull.from('u.external_id'),
  role: column.text.from('r.name'),
  department: column.text.orNull.from('u.department'),
  kind: column.text,
  contextType: column.text.orNull,
  contextId: column.text.orNull,
  sensitivity: column.text,
})

/** True if a policy decides about conversation `c`: it has a context or a sensitivity. Others are not its business. */
const decidedSql = `(c.context_type is not null or c.sensitivity <> 'NORMAL')`

const person = `join roles r on r.company_id = u.company_id and r.id = u.role_id
    join companies k on k.id = u.company_id`

/** The conversations that a policy decides about among those that a person could read, those with the latest activity first. */
export const factsOfPerson = statement({
  name: 'policy_facts_of_person',
  parameters: ['companyId', 'userId', 'max'],
  row: factColumns,
  text: `select ${factColumns.of('c')} from users u ${person}
    cross join lateral (
      select c.* from conversations c where c.company_id = :companyId and ${decidedSql}
        and (c.audience <> 'PARTICIPANTS' or exists (
          select from participants p where p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = :userId
            and p.left_at is null ${fence}
        ))
      order by c.last_activity_at desc, c.id desc limit :max
    ) c
    where u.company_id = :companyId and u.id = :userId`,
})

/** A person and the conversations about an object; one that is still to be made, if there is none. */
export const factsOfContext = statement({
  name: 'policy_facts_of_context',
  parameters: ['companyId', 'userId', 'contextType', 'contextId', 'sensitivity'],
  row: factColumns,
  text: `select ${factColumns.of('c')} from users u ${person}
    cross join lateral (
      select coalesce(e.id, u.id) as id, 'CONTEXT' as kind, :contextType::text as context_type, :contextId::text as context_id,
        coalesce(e.sensitivity, :sensitivity) as sensitivity
      from (select) always left join conversations e on e.company_id = :companyId and e.context_type = :contextType
        and e.context_id = :contextId
    ) c
    where u.company_id = :companyId and u.id = :userId`,
})

/** The conversations of messages. */
export const conversationsOfMessages = statement({
  name: 'conversations_of_messages',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ id: string; conversationId: string }>(),
  text: `select m.id, m.conversation_id as "conversationId" from messages m
    where m.company_id = :companyId and m.id = any(:ids)`,
})

/** The conversations of cases of moderation. */
export const conversationsOfCases = statement({
  name: 'policy_conversations_of_cases',
  parameters: ['companyId', 'ids'],
  row: rowsOf<{ id: string; conversationId: string }>(),
  text: `select k.id, m.conversation_id as "conversationId" from moderation_cases k
    join messages m on m.company_id = k.company_id and m.id = k.message_id
    where k.company_id = :companyId and k.id = any(:ids)`,
})

/** Pairs of a person and a conversation that a policy decides about. */
export const factsOfPairs = statement({
  name: 'policy_facts_of_pairs',
  parameters: ['companyId', 'userIds', 'conversationIds'],
  row: factColumns,
  text: `select ${factColumns.of('c')} from unnest(:userIds::uuid[], :conversationIds::uuid[]) a (user_id, conversation_id)
    cross join lateral (
      select * from conversations c where c.company_id = :companyId and c.id = a.conversation_id and ${decidedSql} ${fence}
    ) c
    cross join lateral (
      select * from users u where u.company_id = :companyId and u.id = a.user_id ${fence}
    ) u ${person}`,
})
