import type { Statement } from '../../database/database.ts'
import { foundBy } from '../../members/queries/people-search.ts'
import { begunSql, membershipsOf, readableSql, viewerMembership } from '../../visibility/visibility.ts'
import {
  conversationColumns,
  lastMessageColumns,
  lastMessageJoin,
  mutedSql,
  unreadMentionsSql,
  unreadSql,
} from '../conversation-row.ts'

/**
 * Joins the conversation of each membership. The `offset 0` keeps the planner from reading all conversations of the
 * company.
 */
const conversationOf = `cross join lateral (
        select * from conversations c where c.company_id = p.company_id and c.id = p.conversation_id offset 0
      ) c`

/**
 * True if the text occurs in the other person's name, or its words find that person. It looks up one person at a time
 * by key: for `exists` the planner would read everybody in the company whose name matches.
 */
const counterpartFoundSql = `coalesce((
          select strpos(u.name_folded, $10) > 0 or ${foundBy('$12')}
          from participants q cross join lateral (
            select * from users u where u.company_id = q.company_id and u.id = q.user_id offset 0
          ) u
          where q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> $2 limit 1
        ), false)`

/**
 * A page of the inbox in one statement, latest activity first. A conversation that has moved up since the first page
 * was read keeps the sort key it had then, so that later pages neither skip nor repeat it. $1 company, $2 viewer, $3 $4
 * after this activity and id, $5 most rows, $6 kinds, $7 context type, $8 unread only, $9 muted or not, $10 folded text
 * in the title or the other person's name, $11 the latest activity of the first page, $12 the words of that text.
 */
export const inboxPage: Statement = {
  name: 'inbox_page',
  text: `select ${conversationColumns}, ${lastMessageColumns}, c."sortKey"
    from (
      select c.*, x."sortKey"
      from ${membershipsOf('array[$2::uuid]')} p ${conversationOf}
      cross join lateral (
        select case when $11::timestamptz is null or c.last_activity_at <= $11 then c.last_activity_at else coalesce((
          select m.created_at from messages m
          where m.company_id = c.company_id and m.conversation_id = c.id and m.created_at <= $11
          order by m.seq desc limit 1
        ), c.created_at) end as "sortKey"
      ) x
      where ${begunSql} and (p.hidden_seq is null or c.last_seq > p.hidden_seq)
        and ($3::timestamptz is null or (x."sortKey", c.id) < ($3::timestamptz, $4::uuid))
        and ($6::text[] is null or c.kind = any($6))
        and ($7::text is null or c.context_type = $7)
        and (not $8::boolean or ${unreadSql} > 0)
        and ($9::boolean is null or ${mutedSql} = $9)
        and ($10::text is null or strpos(c.title_folded, $10) > 0 or c.kind = 'DIRECT' and ${counterpartFoundSql})
      order by x."sortKey" desc, c.id desc limit $5
    ) c
    ${viewerMembership()}
    ${lastMessageJoin}
    order by c."sortKey" desc, c.id desc`,
}

/** The viewer's unread messages by kind, muted conversations through their mentions alone: $1 company, $2 viewers. */
export const unreadByKind: Statement = {
  name: 'unread_by_kind',
  text: `select u.user_id as "userId", u.kind, sum(u.unread)::int as unread, sum(u.mentions)::int as mentions
    from (
      select p.user_id, c.kind, x.mentions, case when ${mutedSql} then x.mentions else x.unread end as unread
      from ${membershipsOf('$2::uuid[]')} p ${conversationOf}
      cross join lateral (select ${unreadSql} as unread, ${unreadMentionsSql} as mentions) x
      where (p.hidden_seq is null or c.last_seq > p.hidden_seq)
        and (c.last_seq > p.last_read_seq or p.unread_from_seq is not null)
    ) u
    group by u.user_id, u.kind`,
}

/** Listed groups and the viewer's own by title: $1 company, $2 viewer, $3 $4 after this title and id, $5 most rows, $6 folded text. */
export const groupsPage: Statement = {
  name: 'groups_page',
  text: `select ${conversationColumns}, ${lastMessageColumns}, c.title_folded as "titleFolded"
    from conversations c ${viewerMembership()} ${lastMessageJoin}
    where c.company_id = $1 and c.kind = 'GROUP' and not c.is_closed
      and (${readableSql} or c.access in ('OPEN', 'CLOSED'))
      and ($3::text is null or (c.title_folded, c.id) > ($3, $4::uuid))
      and ($6::text is null or strpos(c.title_folded, $6) > 0)
    order by c.title_folded, c.id limit $5`,
}

/** The company's latest stream position: $1 company. */
export const streamPosition: Statement = {
  name: 'stream_position',
  text: `select position::text as position from company_streams where company_id = $1`,
}
