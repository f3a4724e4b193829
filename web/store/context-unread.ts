import { type Signal, signal } from '@preact/signals'
import { ContextUnreadDocument } from '../api/operations.ts'
import type { Session } from './session.ts'
import type { ContextKey, Conversation } from './types.ts'

/** The server takes as many ids at once. */
const MAX_AT_ONCE = 100

type Found = Signal<Conversation | null>
const known = new WeakMap<Session, Map<string, { key: ContextKey; found: Found; isAsked: boolean }>>()

/**
 * Returns the conversation about a thing of the page, as it was when it was asked for; null while there is none. A list of
 * many things asks once for all of them.
 */
export function contextUnread(session: Session, key: ContextKey): Found {
  const all = known.get(session) ?? new Map()
  known.set(session, all)
  const name = `${key.type}:${key.id}`
  const entry = all.get(name) ?? { key, found: signal(null), isAsked: false }
  all.set(name, entry)
  queueMicrotask(() => void askAll(session))
  return entry.found
}

async function askAll(session: Session): Promise<void> {
  const open = [...(known.get(session)?.values() ?? [])].filter(({ isAsked }) => !isAsked)
  const first = open[0]
  if (!first) return
  const some = open.filter(({ key }) => key.type === first.key.type).slice(0, MAX_AT_ONCE)
  for (const entry of some) entry.isAsked = true
  const variables = { type: first.key.type, contextIds: some.map(({ key }) => key.id) }
  const { contextConversations } = await session.request(ContextUnreadDocument, variables).catch(() => {
    for (const entry of some) entry.isAsked = false
    return { contextConversations: null }
  })
  if (!contextConversations) return
  for (const conversation of contextConversations) {
    const entry = some.find(({ key }) => key.id === conversation.context?.contextId)
    if (entry) entry.found.value = conversation
  }
  await askAll(session)
}
