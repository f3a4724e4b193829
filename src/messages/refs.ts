import { builder } from '../graphql/builder.ts'
import type { MessageRow } from './message-row.ts'

/** The GraphQL type of a message; its fields are in schema.ts. */
export const MessageRef = builder.objectRef<MessageRow>('Message')
