import { rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { seenBy } from '../visibility/visibility.ts'

/** All that people may do with messages, in the order in which the API lists it. */
export const messageActions = ['REPLY', 'EDIT', 'RETRACT', 'HIDE', 'REACT', 'REPORT', 'MODERATE'] as const

/** Something that a person may do with a message. */
export type MessageAction = (typeof messageActions)[number]

/** The actions that nothing about these messages refuses to the viewer, if the viewer may still read them. */
export const unrefusedActions = statement({
  name: 'unrefused_actions',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<{ id: string; actions: MessageAction[] }>(),
  text: `select m.id, array(
      select a.action from unnest('{${messageActions.join(',')}}'::text[]) with ordinality a (action, number)
      where (app.message_refusal(a.action, :viewerId, m)).code is null order by a.number
    ) as actions
    from messages m ${seenBy()}
    where m.company_id = :companyId and m.id = any(:ids)`,
})
