import type { Logger } from 'pino'
import { type Hold, Shared } from '../concurrency/shared.ts'
import type { Database } from '../database/database.ts'
import type { LiveEvent } from '../events/event-row.ts'
import type { Policy } from '../policy/policy.ts'
import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { Unsubscribe } from '../pubsub/notifications.ts'
import { CompanyTyping, type TypingSubscription } from './company-typing.ts'
import type { TypingListener } from './room.ts'

/** Shows who is typing to current listeners. It is not stored. */
export interface Typing {
  /** Tells all processes that the person types or has stopped. */
  tell(companyId: string, conversationId: string, userId: string, typing: boolean): void
  /** Tells the listener who types in the conversation, until it leaves. */
  join(companyId: string, conversationId: string, listener: TypingListener): JoinedTyping
}

/** A listener's subscription. */
export interface JoinedTyping extends TypingSubscription {
  /** Resolves when notices of all processes arrive, after two seconds at the latest. */
  readonly ready: Promise<unknown>
}

interface HeardCompany {
  company: CompanyTyping
  heard: Promise<Unsubscribe>
}

/** Creates typing with the ephemeral channels of the companies. */
export function createTyping(services: {
  database: Database
  channel: EphemeralChannel
  log: Logger
  policy?: Policy | undefined
}): Typing {
  const { database, channel, log, policy } = services
  const companies = new Shared<string, HeardCompany>(
    ({ heard }) => void heard.then((unsubscribe) => unsubscribe()),
  )

  function open(companyId: string): HeardCompany {
    const company = new CompanyTyping({ system: database.forSystem(companyId), log, policy })
    const heard = channel.listen(companyId, (message) => {
      if (message.kind === 'typing') company.receive(message)
    })
    return { company, heard }
  }

  return {
    tell: (companyId, conversationId, userId, typing) =>
      channel.send(companyId, { kind: 'typing', conversationId, userId, typing }),
    join(companyId, conversationId, listener) {
      const held = companies.hold(companyId, () => open(companyId))
      return new HeldTyping(held, held.value.company.join(conversationId, listener))
    },
  }
}

class HeldTyping implements JoinedTyping {
  readonly #held: Hold<HeardCompany>
  readonly #joined: TypingSubscription

  constructor(held: Hold<HeardCompany>, joined: TypingSubscription) {
    this.#held = held
    this.#joined = joined
  }

  get ready(): Promise<unknown> {
    return this.#held.value.heard
  }

  see(event: LiveEvent): void {
    this.#joined.see(event)
  }

  leave(): void {
    this.#joined.leave()
    this.#held.release()
  }
}
