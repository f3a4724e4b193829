import { RequestError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { ModerationCaseRef } from '../../moderation/graphql/refs.ts'
import { casesOf } from '../../moderation/queries/cases.ts'
import { cursorOf, cursorText, Discontinuity, eventType } from './event-refs.ts'

/** The type of an event with the case that it is about. */
function caseEvent(type: 'ModerationCaseOpened' | 'ModerationCaseDecided', description: string) {
  return eventType(type).implement({
    description,
    fields: (t) => ({
      cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
      case: t.field({
        perViewer: true,
        type: ModerationCaseRef,
        description: 'The case, as it is now.',
        resolve: async ({ caseId }, _args, context) => {
          const [found] = await casesOf(context, [caseId])
          if (!found) throw new RequestError('NOT_FOUND', 'There is no such case.')
          return found
        },
      }),
    }),
  })
}

/** The events of moderationEvents. */
export const ModerationEvent = builder.unionType('ModerationEvent', {
  description: 'An event of the cases of moderation.',
  types: [
    caseEvent('ModerationCaseOpened', 'Emitted when a message is held for review or first reported.'),
    caseEvent('ModerationCaseDecided', 'Emitted when a moderator has decided a case.'),
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})
