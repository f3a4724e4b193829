import { builder } from '../../graphql/builder.ts'
import type { ConsentEventRow } from '../consent-row.ts'
import type { GuestRow } from '../guest-row.ts'

/** The GraphQL type of a guest; its fields are in schema.ts. */
export const GuestRef = builder.objectRef<GuestRow>('Guest')

/** The GraphQL type of a change of consent; its fields are in schema.ts. */
export const ConsentEventRef = builder.objectRef<ConsentEventRow>('ConsentEvent')

/** The GraphQL type of a page of guests. */
export const GuestConnection = builder.connectionObject(
  { type: GuestRef, name: 'GuestConnection', description: 'A page of guests.' },
  { name: 'GuestEdge', description: 'A guest and its cursor in the list.' },
)

/** The GraphQL type of a page of changes of consent. */
export const ConsentEventConnection = builder.connectionObject(
  {
    type: ConsentEventRef,
    name: 'ConsentEventConnection',
    description: "A page of the changes of a guest's consent.",
  },
  { name: 'ConsentEventEdge', description: 'A change of consent and its cursor in the list.' },
)

/** The GraphQL enum of consent. */
export const ConsentStateEnum = builder.enumType('ConsentState', {
  description: 'Whether a guest may be written to.',
  values: {
    UNKNOWN: {
      description: 'Nothing is known. The guest may be written to by name, and not as one of all subscribed.',
    },
    SUBSCRIBED: { description: 'The guest has agreed.' },
    OPTED_OUT: { description: 'The guest has opted out. Nothing is sent.' },
  } as const,
})

/** The GraphQL enum of the origins of a change of consent. */
export const ConsentSourceEnum = builder.enumType('ConsentSource', {
  description: 'The origin of a change of consent.',
  values: {
    KEYWORD: { description: 'A word that the guest sent, such as STOP or START.' },
    STAFF: { description: 'A member recorded it.' },
    IMPORT: { description: 'It came with upsertGuests.' },
    PROVIDER: { description: 'The provider told that the guest has opted out.' },
  } as const,
})
