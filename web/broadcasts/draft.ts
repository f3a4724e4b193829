import type { PeopleQuery } from '../api/operations.ts'
import { newKey } from '../store/new-key.ts'
import type { BroadcastInput } from './calls.ts'

/** A group that a broadcast may go to. */
export interface GroupChoice {
  id: string
  title: string
}

/** A broadcast that is being written. It survives page loads. */
export interface BroadcastDraft {
  /** Idempotency key: the broadcast is sent once, however often the button is pressed. */
  key: string
  subject: string
  body: string
  audience: BroadcastInput['audience']
  groups: readonly GroupChoice[]
  people: readonly PeopleQuery['users']['nodes'][number][]
  priority: 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT'
  repliesAllowed: boolean
  emailOffline: boolean
  /** The local time of a field of the browser, such as 2026-03-01T09:30; empty for at once. */
  at: string
}

/** The time zone of this browser. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** An empty broadcast to the whole company. */
export function emptyDraft(): BroadcastDraft {
  const texts = { subject: '', body: '', at: '' }
  const choices = { audience: 'ALL', groups: [], people: [], priority: 'NORMAL' } as const
  return { key: newKey(), ...texts, ...choices, repliesAllowed: false, emailOffline: false }
}

/** True if it says something, to somebody. With files it needs no words but its subject. */
export function isComplete(
  { subject, body, audience, groups, people }: BroadcastDraft,
  hasFiles: boolean,
): boolean {
  if (subject.trim() === '' || (body.trim() === '' && !hasFiles)) return false
  return audience === 'ALL' || (audience === 'GROUPS' ? groups : people).length > 0
}

/** The broadcast as the server takes it. */
export function inputOf(draft: BroadcastDraft): BroadcastInput {
  const { key, subject, body, audience, groups, people, priority, repliesAllowed, emailOffline, at } = draft
  return {
    ...{
      idempotencyKey: key,
      subject: subject.trim(),
      body,
      audience,
      priority,
      repliesAllowed,
      emailOffline,
    },
    ...(audience === 'GROUPS' && { groupIds: groups.map(({ id }) => id) }),
    ...(audience === 'USERS' && { userIds: people.map(({ id }) => id) }),
    ...(at && { schedule: { localTime: at, timeZone } }),
  }
}
