import { fence, policyMark } from '../database/statement.ts'

/**
 * SQL fragments that decide who may see a conversation, its messages and its memberships. All statements use them: `c` is a
 * conversation, `p` the viewer's membership, `m` a message. The rules themselves are functions in `prisma/sql/visibility`, which
 * writes use as well. PostgreSQL merges their bodies into the statement that calls them.
 */

/** True unless `c` is a direct conversation without a message that another person started. */
export const begunSql = 'app.is_begun(c.kind, c.last_seq, c.created_by_id, p.user_id)'

/**
 * Joins the viewer's membership `p` to conversation `c`: the stored row, or in a company-wide conversation the implied
 * one of every member.
 */
export function viewerMembership(viewer = ':viewerId'): string {
  return `left join lateral app.membership_of(c.company_id, c.id, c.audience, ${viewer}) p on true`
}

/**
 * Joins the stored membership `p` of any person to a conversation of :companyId, for statements that decide for many people
 * at once. Both arguments are SQL ids. The fence has it looked up by key for each person.
 */
export function storedMembership(user: string, conversation: string): string {
  return `left join lateral (
        select p.user_id, p.hidden_seq from participants p
        where p.company_id = :companyId and p.conversation_id = ${conversation} and p.user_id = ${user} and p.left_at is null
        ${fence}
      ) p on true`
}

/** True where everybody in conversation `c` may know of it: a direct one before its first message is its starter's alone. */
export const knownToAllSql = `(c.kind <> 'DIRECT' or c.last_seq > 0)`

/** True if the viewer may read the messages: as a member, or as a visitor of a context that is not restricted. */
export const readableSql = `(app.is_readable(p.user_id, c.kind, c.last_seq, c.created_by_id, c.audience)${policyMark})`

/** True if the viewer may know of the conversation. Non-members see title, description and access of listed groups. */
export const visibleSql = `((${readableSql} or app.is_listed(c.kind, c.access, c.is_closed))${policyMark})`

/** The memberships in the company that make up the inboxes of these viewers. `viewers` is an SQL array of user ids. */
export function membershipsOf(viewers: string): string {
  return `(
      select p.company_id, p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq, p.is_muted,
        p.muted_until
      from participants p where p.company_id = :companyId and p.user_id = any(${viewers}) and p.left_at is null
      union all
      select c.company_id, c.id, v.user_id, app.start_seq(c.company_id, c.id, v.user_id), null, null, false, null
      from conversations c cross join unnest(${viewers}) v (user_id)
      where c.company_id = :companyId and c.audience = 'COMPANY' and not exists (
        select from participants r
        where r.company_id = c.company_id and r.conversation_id = c.id and r.user_id = v.user_id
      )
    )`
}

/** Joins the conversation of each membership. The fence keeps the planner from reading all conversations of the company. */
export const conversationOf = `cross join lateral (
        select * from conversations c where c.company_id = p.company_id and c.id = p.conversation_id${policyMark} ${fence}
      ) c`

/**
 * True if message `m` of a conversation that the viewer may read is shown to them: the viewer has not hidden it, and its access
 * rules, if there are any, let them see it. One that is held or was rejected is its author's alone.
 */
export function shownTo(viewer = ':viewerId'): string {
  return `(not exists (
      select from app.kept_from(m.company_id, m.conversation_id, m.id, m.seq, m.author_id, m.is_restricted, ${viewer})
    ))`
}

/** True if the access rules of message `m` keep it from the viewer. They are looked at only if it has some. */
export function forbiddenTo(viewer = ':viewerId'): string {
  return `(m.is_restricted and m.author_id is distinct from ${viewer}
      and not exists (select from app.allowed(m.company_id, m.id, ${viewer})))`
}

/** True if access rules keep the last message of conversation `c` from the viewer, who must not learn of its number or time. */
function lastIsForbidden(viewer: string): string {
  return `exists (
      select from messages m where m.company_id = c.company_id and m.conversation_id = c.id and m.seq = c.last_seq
        and ${forbiddenTo(viewer)}
    )`
}

/** The number of the last message of conversation `c` that access rules let the viewer know of. */
export function lastSeqFor(viewer = ':viewerId'): string {
  return `case when ${lastIsForbidden(viewer)} then coalesce((
      select m.seq from messages m where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null
        and not ${forbiddenTo(viewer)} order by m.seq desc limit 1
    ), 0) else c.last_seq end`
}

/**
 * The time of the last message of conversation `c` that access rules let the viewer know of, and that was sent by a time, which
 * is an SQL parameter; null for now.
 */
export function lastActivityFor(viewer = ':viewerId', by = 'null'): string {
  return `case
      when (${by}::timestamptz is null or c.last_activity_at <= ${by}) and not ${lastIsForbidden(viewer)} then c.last_activity_at
      else coalesce((
        select m.created_at from messages m
        where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null
          and (${by}::timestamptz is null or m.created_at <= ${by}) and not ${forbiddenTo(viewer)}
        order by m.seq desc limit 1
      ), c.created_at)
    end`
}

/** Keeps message `m` only if the viewer may read it now. */
export function seenBy(viewer = ':viewerId'): string {
  return `cross join lateral (
      select from app.seen(m.company_id, m.conversation_id, m.id, m.seq, m.author_id, m.is_restricted, ${viewer}) c
      where true${policyMark} ${fence}
    ) seen`
}
