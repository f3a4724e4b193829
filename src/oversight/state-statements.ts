import {
  conversationColumns,
  type FlatConversationRow,
  lastMessageColumns,
  lastMessageJoin,
} from '../conversations/conversation-row.ts'
import { rowsOf } from '../database/columns.ts'
import { fence, statement } from '../database/statement.ts'
import { messageColumns } from '../messages/message-row.ts'
import { forbiddenTo, viewerMembership } from '../visibility/visibility.ts'

// From this share of a limit on a person's load is heavy.
const HEAVY_SHARE = 0.5
const MAX_SENDERS = 10

/** The beginning of the last 24 hours. */
const sinceSql = `now() - interval '24 hours'`

/**
 * True if message `m` of user `u` was posted within the last 24 hours, and the viewer may know of it. The message of a broadcast
 * has the id of its conversation, and is counted as a broadcast. `depth >= 0` makes the planner use the index of senders.
 */
const recentSql = `m.company_id = :companyId and m.author_id = u.id and m.depth >= 0 and m.created_at >= ${sinceSql}
      and m.seq is not null and m.id <> m.conversation_id and (:audits::boolean or not ${forbiddenTo()})`

/** Everybody `u` in the company. */
const eachMember = 'app.each_member() u (id)'

/** Messages `m` of the last 24 hours. They are found by their authors, which costs sends no further index. */
const recentMessages = `${eachMember} cross join lateral (
      select m.conversation_id, m.created_at from messages m where ${recentSql} ${fence}
    ) m`

/** The conversation `c` of each row `t`, if it is a group. */
const groupOf = `cross join lateral (
      select * from conversations c where c.company_id = :companyId and c.id = t.conversation_id and c.kind = 'GROUP' ${fence}
    ) c`

/** Numbers of the company. */
export interface StateCounts {
  members: number
  messages: number
  broadcasts: number
  groups: number
}

/** The numbers of the last 24 hours. */
export const stateCounts = statement({
  name: 'state_counts',
  parameters: ['companyId', 'viewerId', 'audits'],
  row: rowsOf<StateCounts>(),
  text: `with recent as (
      select m.conversation_id, count(*) as messages from ${recentMessages} group by 1
    )
    select (select count(*)::int from users u where u.company_id = :companyId and u.is_enabled) as members,
      (select coalesce(sum(t.messages), 0)::int from recent t) as messages,
      (select count(*)::int from recent t ${groupOf}) as groups,
      (select count(*)::int from broadcasts b left join messages m on m.company_id = b.company_id and m.id = b.id
        where b.company_id = :companyId and b.status = 'SENT' and b.sent_at >= ${sinceSql}
          and (:audits or not coalesce(${forbiddenTo()}, false))) as broadcasts`,
})

/** A sender and the largest load within the last 24 hours. */
export interface SenderRow {
  userId: string
  sent: number
  level: 'NORMAL' | 'HEAVY' | 'OVER_CAP'
}

/**
 * The people who have sent most. A limit is used up if as many messages as it allows came within a time shorter than its window.
 */
export const topSenders = statement({
  name: 'state_senders',
  parameters: ['companyId', 'viewerId', 'audits', 'maxima', 'lengths'],
  row: rowsOf<SenderRow>(),
  text: `with top as (
      select u.id, s.sent from ${eachMember} cross join lateral (
        select count(*)::int as sent from messages m where ${recentSql} ${fence}
      ) s
      where s.sent > 0 order by s.sent desc, u.id limit ${MAX_SENDERS}
    )
    select u.id as "userId", u.sent, case
        when l.is_over then 'OVER_CAP' when l.is_heavy then 'HEAVY' else 'NORMAL'
      end as level
    from top u cross join lateral (
      select bool_or(p.over < p.length) as is_over, bool_or(p.heavy < p.length) as is_heavy
      from (
        select make_interval(secs => w.length / 1000.0) as length,
          m.created_at - lag(m.created_at, w.max - 1) over sends as over,
          m.created_at - lag(m.created_at, greatest(ceil(w.max * ${HEAVY_SHARE})::int, 1) - 1) over sends as heavy
        from (select m.created_at, m.id from messages m where ${recentSql} ${fence}) m
        cross join unnest(:maxima::int[], :lengths::int[]) with ordinality w (max, length, number)
        window sends as (partition by w.number order by m.created_at, m.id)
      ) p
    ) l
    order by u.sent desc, u.id`,
})

/** Messages of the last 24 hours before this time and id, latest first. */
export const recentMessagesBefore = statement({
  name: 'state_messages',
  parameters: ['companyId', 'viewerId', 'audits', 'beforeAt', 'beforeId', 'max'],
  row: messageColumns,
  text: `select ${messageColumns.of('m')} from (
      select m.* from ${eachMember} cross join lateral (
        select m.* from messages m where ${recentSql}
          and (:beforeAt::timestamptz is null or (m.created_at, m.id) < (:beforeAt::timestamptz, :beforeId::uuid))
        order by m.created_at desc, m.id desc limit :max
      ) m
      order by m.created_at desc, m.id desc limit :max
    ) m
    order by m.created_at desc, m.id desc`,
})

/** Groups with messages within the last 24 hours, latest first, before this time and id. */
export const activeGroupsBefore = statement({
  name: 'state_groups',
  parameters: ['companyId', 'viewerId', 'audits', 'beforeAt', 'beforeId', 'max'],
  row: rowsOf<FlatConversationRow & { activeAt: Date }>(),
  text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}, c."activeAt"
    from (
      select c.*, t.at as "activeAt" from (
        select m.conversation_id, max(m.created_at) as at from ${recentMessages} group by 1
      ) t ${groupOf}
      where :beforeAt::timestamptz is null or (t.at, c.id) < (:beforeAt::timestamptz, :beforeId::uuid)
      order by t.at desc, c.id desc limit :max
    ) c
    ${viewerMembership()} ${lastMessageJoin}
    order by c."activeAt" desc, c.id desc`,
})

/** Conversations by id as the viewer sees them, without messages for one who takes no part: only for overseers. */
export const overseenConversations = statement({
  name: 'overseen_conversations',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<FlatConversationRow>(),
  text: `select ${conversationColumns.of('c')}, ${lastMessageColumns}
    from conversations c ${viewerMembership()} ${lastMessageJoin}
    where c.company_id = :companyId and c.id = any(:ids)`,
})
