import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { seenBy } from '../visibility/visibility.ts'

/** All that people may do with messages, in the order in which the API lists it. */
export const messageActions = ['REPLY', 'EDIT', 'RETRACT', 'HIDE', 'REACT', 'REPORT', 'MODERATE'] as const

/** Something that a person may do with a message. */
export type MessageAction = (typeof messageActions)[number]

/** The actions that nothing about message `m` refuses to the viewer, who is an SQL user id, by the rules in `rule`. */
const unrefusedBy = (viewer: string) => `array(
      select a.action from unnest('{${messageActions.join(',')}}'::text[]) with ordinality a (action, number)
      where (app.message_refusal(
        a.action, ${viewer}, m, rule.moderates, rule.edit_minutes, rule.retract_minutes, rule.max_depth
      )).code is null order by a.number
    )`

/** The actions that nothing about these messages refuses to the viewer, if the viewer may still read them. */
export const unrefusedActions = statement({
  name: 'unrefused_actions',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<{ id: string; actions: MessageAction[] }>(),
  text: `select m.id, ${unrefusedBy(':viewerId')} as actions
    from app.message_rules(:companyId, :viewerId) rule cross join messages m ${seenBy()}
    where m.company_id = :companyId and m.id = any(:ids)`,
})

/** Like unrefusedActions, for many viewers: each viewer with the id at the same index. */
export const unrefusedActionsOfViewers = statement({
  name: 'unrefused_actions_of_viewers',
  parameters: ['companyId', 'viewerIds', 'ids'],
  row: rowsOf<{ viewerId: string; id: string; actions: MessageAction[] }>(),
  text: `select v.viewer_id as "viewerId", m.id, ${unrefusedBy('v.viewer_id')} as actions
    from unnest(:viewerIds::uuid[], :ids::uuid[]) v (viewer_id, message_id)
    cross join lateral app.message_rules(:companyId, v.viewer_id) rule
    join messages m on m.company_id = :companyId and m.id = v.message_id ${seenBy('v.viewer_id')}`,
})
