import { computed, signal } from '@preact/signals'
import type { UnreadPartsFragment } from '../api/operations.ts'
import type { InboxEvent } from '../link/protocol.ts'
import { byActivity } from './by-activity.ts'
import type { PresenceBoard } from './presence.ts'
import type { Conversation } from './types.ts'

interface Page {
  nodes: readonly Conversation[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** The conversations of a person, as far as they are read, and how much of them is unread. */
export class Inbox {
  readonly unread = signal<UnreadPartsFragment>({ total: 0, mentions: 0 })
  readonly conversations = signal<ReadonlyMap<string, Conversation>>(new Map())
  /** Latest first. */
  readonly latest = computed(() => [...this.conversations.value.values()].sort(byActivity))
  /** Cursor of the next page; null after the last. */
  readonly more = signal<string | null>(null)
  readonly #presence: PresenceBoard

  constructor(presence: PresenceBoard) {
    this.#presence = presence
  }

  /** Takes a page that was read, and where the next one begins. */
  add({ nodes, pageInfo }: Page): void {
    this.upsert(...nodes)
    this.more.value = pageInfo.hasNextPage ? pageInfo.endCursor : null
  }

  clear(): void {
    this.conversations.value = new Map()
    this.unread.value = { total: 0, mentions: 0 }
    this.more.value = null
    this.#presence.known.value = new Map()
  }

  upsert(...changed: Conversation[]): void {
    const next = new Map(this.conversations.value)
    for (const conversation of changed) next.set(conversation.id, conversation)
    this.conversations.value = next
    for (const { counterpart } of changed) {
      if (counterpart?.presence && !this.#presence.known.value.has(counterpart.id)) {
        this.#presence.note(counterpart.id, counterpart.presence.status)
      }
    }
  }

  forget(conversationId: string): void {
    const next = new Map(this.conversations.value)
    next.delete(conversationId)
    this.conversations.value = next
  }

  take(event: InboxEvent): void {
    if ('unread' in event) this.unread.value = event.unread
    if (event.__typename === 'ConversationRemoved') this.forget(event.conversationId)
    else if (event.__typename === 'BroadcastReceived') {
      if (event.broadcast.conversation) this.upsert(event.broadcast.conversation)
    } else if ('conversation' in event) this.upsert(event.conversation)
  }
}
