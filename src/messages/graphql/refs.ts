import { builder } from '../../graphql/builder.ts'
import type { SpamSignal } from '../../moderation/spam-signal.ts'
import type { MessageRow } from '../message-row.ts'

/** The GraphQL type of a message; its fields are in schema.ts. */
export const MessageRef = builder.objectRef<MessageRow>('Message')

/** The GraphQL type of a page of messages. */
export const MessageConnection = builder.connectionObject(
  { type: MessageRef, name: 'MessageConnection', description: 'A page of messages.' },
  { name: 'MessageEdge', description: 'A message and its cursor in the list.' },
)

/** The GraphQL enum of delivery statuses. */
export const DeliveryStatusEnum = builder.enumType('DeliveryStatus', {
  description: 'The delivery state of a message.',
  values: {
    SENT: { description: 'The server has stored it.' },
    DELIVERED: { description: 'A client of the recipient has received it.' },
    READ: { description: 'The recipient has read it.' },
  } as const,
})

/** The GraphQL enum of priorities. */
export const PriorityEnum = builder.enumType('Priority', {
  description: 'The priority of a message.',
  values: {
    LOW: { description: 'Can wait.' },
    NORMAL: { description: 'The default.' },
    HIGH: { description: 'Soon.' },
    URGENT: { description: 'At once.' },
  } as const,
})

/** The GraphQL enum of signals of spam. */
export const SpamSignalEnum = builder.enumType('SpamSignal', {
  description: 'A reason to take a message for spam.',
  values: {
    REPEATED_BODY: { description: 'The same text was sent too often, or to too many conversations.' },
    TOO_MANY_MENTIONS: { description: 'It mentions too many people.' },
    BLOCKED_DOMAIN: { description: 'It links to a domain that the company has blocked.' },
  } satisfies Record<SpamSignal, object>,
})
