import { fence, policyMark } from '../database/statement.ts'

/**
 * The time at which the first page of a list was read. Later pages sort contacts as they were then, so that they
 * neither skip nor repeat people.
 */
export const askedAt = `coalesce(:askedAt::timestamptz, date_trunc('milliseconds', now()))`

/** A conversation makes people contacts for 90 days after its last message. */
const LATELY = `interval '90 days'`

/**
 * The viewer's recent contacts as `contact (user_id, closeness, at)`. Closeness is 1 for the 50 latest direct
 * conversations, and 2 for up to 30 people in each of the 10 latest groups and contexts; `at` is the time of the last
 * message there. Conversations that the viewer has hidden, and broadcasts, which do not show their recipients, make no
 * contacts, nor do those that the operator's policy denies the viewer. `wanted` is an SQL condition on the parameters only. The fence keeps the planner from trying all
 * conversations of the company.
 */
export const contacts = (wanted: string) => `
  lately as materialized (
    select c.id, c.kind = 'DIRECT' as is_direct, x.at,
      row_number() over (partition by c.kind = 'DIRECT' order by x.at desc, c.id) as nth
    from participants p
    cross join lateral (
      select * from conversations c where c.company_id = p.company_id and c.id = p.conversation_id${policyMark} ${fence}
    ) c
    cross join lateral (
      select c.last_activity_at as at where c.last_activity_at <= ${askedAt} and c.last_seq > coalesce(p.hidden_seq, 0)
      union all
      (
        select m.created_at from messages m
        where c.last_activity_at > ${askedAt} and m.company_id = c.company_id and m.conversation_id = c.id
          and m.seq > coalesce(p.hidden_seq, 0) and m.created_at <= ${askedAt}
        order by m.seq desc limit 1
      )
    ) x
    where ${wanted} and p.company_id = :companyId and p.user_id = :viewerId and p.left_at is null and p.joined_at <= ${askedAt}
      and c.kind in ('DIRECT', 'GROUP', 'CONTEXT') and x.at > ${askedAt} - ${LATELY}
  ),
  contact as materialized (
    select distinct on (q.user_id) q.user_id, case when l.is_direct then 1 else 2 end as closeness, l.at
    from lately l cross join lateral (
      select q.user_id from participants q
      where q.company_id = :companyId and q.conversation_id = l.id and q.joined_at <= ${askedAt}
        and (q.left_at is null or q.left_at > ${askedAt})
      order by q.user_id limit 30
    ) q
    where l.nth <= case when l.is_direct then 50 else 10 end
    order by q.user_id, closeness, l.at desc
  )`
