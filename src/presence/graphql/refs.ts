import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import type { DeliveredState, PresenceState } from '../status.ts'

/** The GraphQL enum of presence states. */
export const PresenceStatusEnum = builder.enumType('PresenceStatus', {
  description: 'The presence of a person over all devices. The most active device counts.',
  values: {
    ONLINE: { description: 'A device is in use.' },
    AWAY: { description: 'Devices are connected, but none has been used for 5 minutes, or all report AWAY.' },
    OFFLINE: { description: 'All devices have left, or have sent nothing for 45 seconds.' },
  } as const,
})

/** The GraphQL type of a person's presence. */
export const PresenceRef = builder.objectRef<PresenceState | DeliveredState>('Presence').implement({
  description: 'The presence of a person.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: (state, _args, context) => ('user' in state ? state.user : person(context, state.userId)),
    }),
    status: t.expose('status', { type: PresenceStatusEnum, description: 'The presence state.' }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last change; null if the person has been offline for more than a day.',
      resolve: ({ changedAt }) => (changedAt === null ? null : new Date(changedAt)),
    }),
  }),
})
