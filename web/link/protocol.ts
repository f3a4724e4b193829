import type {
  InboxSubscription,
  ModerationSubscription,
  PresenceChangesSubscription,
  ThreadSubscription,
} from '../api/operations.ts'

/** A stream that tabs share: the inbox, presence, cases of moderation, or the events of the conversation with this id. */
export type StreamKey = 'inbox' | 'presence' | 'moderation' | `thread:${string}`

/** The client resumes after a discontinuity by itself. */
type Delivered<Any> = Exclude<Any, { __typename: 'Discontinuity' }>
export type InboxEvent = Delivered<InboxSubscription['inboxEvents']>
export type ThreadEvent = Delivered<ThreadSubscription['conversationEvents']>
export type CaseEvent = Delivered<ModerationSubscription['moderationEvents']>
export type PresenceEvent = PresenceChangesSubscription['presenceChanged']

/** An event that may be shown as a notification. */
export type Notification = Extract<
  InboxEvent,
  { __typename: 'ConversationActivity' } | { __typename: 'BroadcastReceived' }
>

/** A problem as it crosses to another tab or worker. */
export interface Problem {
  code: string
  message: string
}

/** How much a tab is in use; the hub picks the tab for notifications by it. */
export interface TabState {
  /** The tab is visible. */
  visible: boolean
  /** The person has used the tab within the last five minutes. */
  active: boolean
  /** Time of the last use, in milliseconds. */
  usedAt: number
}

/** Messages of a tab to the hub. */
export type ToHub =
  | { type: 'hello'; tab: string; lock: string | null; url: string; companyId: string | undefined }
  | { type: 'state'; state: TabState }
  | { type: 'follow'; stream: StreamKey }
  | { type: 'leave'; stream: StreamKey }
  | { type: 'cursor'; stream: StreamKey; cursor: string }
  | { type: 'token'; ask: number; token: string }
  | { type: 'no-token'; ask: number; problem: Problem }
  | { type: 'bye' }
  | { type: 'sign-out' }

/** Messages of the hub to a tab. */
export type FromHub =
  | { type: 'status'; connected: boolean; problem: Problem | null }
  | { type: 'begun'; stream: StreamKey }
  | { type: 'cursor-wanted'; stream: StreamKey }
  | { type: 'event'; stream: StreamKey; event: unknown }
  | { type: 'ended'; stream: StreamKey; problem: Problem | null }
  | { type: 'token-wanted'; ask: number }
  | { type: 'notify'; event: Notification }
