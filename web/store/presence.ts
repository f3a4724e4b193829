import { signal } from '@preact/signals'
import { PresenceNowDocument } from '../api/operations.ts'
import type { Session } from './session.ts'
import type { Presence } from './types.ts'

/** Whether people are there, by their ids, as far as this page has heard of them. */
export class PresenceBoard {
  readonly known = signal<ReadonlyMap<string, Presence>>(new Map())

  note(userId: string, status: Presence): void {
    this.known.value = new Map(this.known.value).set(userId, status)
  }

  /** Reads who is there now: all others are away. */
  async read(session: Session): Promise<string> {
    const { presence } = await session.request(PresenceNowDocument, {})
    const next = new Map<string, Presence>([...this.known.value.keys()].map((id) => [id, 'OFFLINE']))
    for (const { user, status } of presence) next.set(user.id, status)
    this.known.value = next
    return ''
  }
}
