/**
 * The one home of the rule who may see what of a conversation. Statements and app.lock_membership, its counterpart for
 * writes, use these fragments: `c` is a conversation, `p` the viewer's membership, `m` a message.
 */

/** Until its first message a direct conversation shows only to whoever started it; nobody is named once both have. */
export const begunSql = `(c.kind <> 'DIRECT' or c.last_seq > 0 or c.created_by_id is null or c.created_by_id = p.user_id)`

/**
 * Joins the viewer's membership `p` to conversation `c`: the stored one, or in a company-wide conversation the one that every
 * member has. The `offset 0` keeps the planner from reading all memberships of the viewer, of which it expects next to none.
 */
export function viewerMembership(viewer = '$2'): string {
  return `left join lateral (
      select * from participants r where r.company_id = c.company_id and r.conversation_id = c.id
        and r.user_id = ${viewer} and r.left_at is null offset 0
    ) r on true
    left join lateral (
      select ${viewer}::uuid as user_id, coalesce(r.role, 'MEMBER') as role, r.unread_from_seq, r.hidden_seq,
        coalesce(r.is_muted, false) as is_muted, r.muted_until,
        case when r.user_id is null then app.start_seq(c.company_id, c.id, ${viewer}) else r.last_read_seq end as last_read_seq
      where r.user_id is not null or c.audience = 'COMPANY' offset 0
    ) p on true`
}

/** True where the viewer may read what is said: members, and every visitor of an unrestricted context. */
export const readableSql = `(p.user_id is not null and ${begunSql} or c.audience = 'VISITORS')`

/** True where the viewer may know of the conversation: also of listed groups, though little. */
export const visibleSql = `(${readableSql} or c.kind = 'GROUP' and c.access in ('OPEN', 'CLOSED') and not c.is_closed)`

/** Memberships of the company $1: what these viewers have in their inboxes. `viewers`: an SQL array of user ids. */
export function membershipsOf(viewers: string): string {
  return `(
      select p.company_id, p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq, p.is_muted,
        p.muted_until
      from participants p where p.company_id = $1 and p.user_id = any(${viewers}) and p.left_at is null
      union all
      select c.company_id, c.id, v.user_id, app.start_seq(c.company_id, c.id, v.user_id), null, null, false, null
      from conversations c cross join unnest(${viewers}) v (user_id)
      where c.company_id = $1 and c.audience = 'COMPANY' and not exists (
        select from participants r
        where r.company_id = c.company_id and r.conversation_id = c.id and r.user_id = v.user_id
      )
    )`
}

/** True unless the viewer has deleted message `m` for themselves. */
export function notHidden(viewer = '$2'): string {
  return `not exists (
      select from hidden_messages h where h.company_id = m.company_id and h.user_id = ${viewer}
        and h.conversation_id = m.conversation_id and h.seq = m.seq
    )`
}

/** Lets message `m` through if the viewer may read it in its conversation now. */
export function seenBy(viewer = '$2'): string {
  return `cross join lateral (
      select from conversations c ${viewerMembership(viewer)}
      where c.company_id = m.company_id and c.id = m.conversation_id and ${readableSql}
        and (m.seq is null or m.seq > coalesce(p.hidden_seq, 0)) and ${notHidden(viewer)} offset 0
    ) seen`
}
