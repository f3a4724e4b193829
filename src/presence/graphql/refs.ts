import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import type { DeliveredState, PresenceState } from '../status.ts'

/** The GraphQL enum of how present somebody is. */
export const PresenceStatusEnum = builder.enumType('PresenceStatus', {
  description: 'How present somebody is, by all devices: the most present one counts.',
  values: {
    ONLINE: { description: 'A device is in use.' },
    AWAY: { description: 'Devices are there, and nobody has used them for 5 minutes or they say so.' },
    OFFLINE: { description: 'No device has been heard of for 45 seconds, or all have left.' },
  } as const,
})

/** The GraphQL type of somebody's presence. */
export const PresenceRef = builder.objectRef<PresenceState | DeliveredState>('Presence').implement({
  description: 'How present somebody is.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: (state, _args, context) => ('user' in state ? state.user : person(context, state.userId)),
    }),
    status: t.expose('status', { type: PresenceStatusEnum, description: 'How present.' }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when; null for who has been offline for more than a day.',
      resolve: ({ changedAt }) => (changedAt === null ? null : new Date(changedAt)),
    }),
  }),
})
