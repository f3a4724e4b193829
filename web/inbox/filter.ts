import type { ConversationsQueryVariables } from '../api/operations.ts'
import type { Conversation } from '../store/types.ts'

/** The filters of the inbox. */
export const FILTERS = ['all', 'unread', 'direct', 'groups', 'things'] as const
export type Filter = (typeof FILTERS)[number]

const KINDS: Readonly<Partial<Record<Filter, Conversation['kind'][]>>> = {
  direct: ['DIRECT'],
  groups: ['GROUP', 'GLOBAL', 'BROADCAST'],
  things: ['CONTEXT'],
}

/** The filter as the server takes it. */
export function filterOf(filter: Filter, search: string): NonNullable<ConversationsQueryVariables['filter']> {
  const kinds = KINDS[filter]
  return {
    ...(kinds && { kinds }),
    ...(filter === 'unread' && { unreadOnly: true }),
    ...(search.trim() !== '' && { search: search.trim() }),
  }
}

/** True if a loaded conversation passes. The server folds names more thoroughly and adds what this misses. */
export function matches({ kind, unreadCount, title }: Conversation, filter: Filter, search: string): boolean {
  if (filter === 'unread' && unreadCount === 0) return false
  if (KINDS[filter]?.includes(kind) === false) return false
  const name = fold(title)
  return fold(search)
    .split(/\s+/)
    .every((word) => name.includes(word))
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
}
