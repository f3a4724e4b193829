import { builder } from '../../graphql/builder.ts'
import type { BroadcastReaderRow, BroadcastRow } from '../broadcast-row.ts'

/** The GraphQL type of a broadcast; its fields are in schema.ts. */
export const BroadcastRef = builder.objectRef<BroadcastRow>('Broadcast')

/** The GraphQL type of one recipient of a broadcast. */
export const BroadcastReaderRef = builder.objectRef<BroadcastReaderRow>('BroadcastReader')

/** The GraphQL type of a page of broadcasts. */
export const BroadcastConnection = builder.connectionObject(
  { type: BroadcastRef, name: 'BroadcastConnection', description: 'A page of broadcasts.' },
  { name: 'BroadcastEdge', description: 'A broadcast and its cursor in the list.' },
)

/** The GraphQL type of a page of recipients. */
export const BroadcastReaderConnection = builder.connectionObject(
  {
    type: BroadcastReaderRef,
    name: 'BroadcastReaderConnection',
    description: 'A page of recipients of a broadcast.',
  },
  { name: 'BroadcastReaderEdge', description: 'A recipient and their cursor in the list.' },
)

/** The GraphQL enum of audiences. */
export const BroadcastAudienceEnum = builder.enumType('BroadcastAudience', {
  description: 'The audience of a broadcast.',
  values: {
    ALL: { description: 'All members of the company.' },
    GROUPS: { description: 'The members of the given groups.' },
    USERS: { description: 'The given users.' },
  } as const,
})

/** The GraphQL enum of the states of a broadcast. */
export const BroadcastStatusEnum = builder.enumType('BroadcastStatus', {
  description: 'The state of a broadcast.',
  values: {
    SCHEDULED: { description: 'It will be sent at the scheduled time. Only its author sees it.' },
    SENT: { description: 'It has been sent.' },
    CANCELLED: { description: 'It was cancelled before it was sent.' },
  } as const,
})
