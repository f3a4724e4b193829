import type {
  ConversationPartsFragment,
  MessagePartsFragment,
  PersonPartsFragment,
  StartQuery,
} from '../api/operations.ts'

export type Conversation = ConversationPartsFragment
export type Message = MessagePartsFragment
export type Person = PersonPartsFragment
export type Presence = 'ONLINE' | 'AWAY' | 'OFFLINE'
export type Preferences = StartQuery['viewer']['preferences']

/** The signed-in person. */
export interface Me {
  id: string
  name: string
  company: string
  permissions: readonly string[]
}

/** The thing of the host's page that has a conversation. */
export interface ContextKey {
  type: 'TRANSACTION' | 'PLAN' | 'TOPIC'
  id: string
}

/** Reads `TRANSACTION:INV-42`. Undefined for anything else. */
export function readContext(text: string | null): ContextKey | undefined {
  const [, type, id] = /^(TRANSACTION|PLAN|TOPIC):(.+)$/s.exec(text ?? '') ?? []
  return type && id ? { type: type as ContextKey['type'], id } : undefined
}
