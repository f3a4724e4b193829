import { builder } from '../graphql/builder.ts'
import type { ConversationRow } from './conversation-row.ts'

/** The GraphQL type of a conversation; its fields are in schema.ts. */
export const ConversationRef = builder.objectRef<ConversationRow>('Conversation')
