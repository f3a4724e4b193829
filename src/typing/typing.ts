import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import type { EphemeralChannel } from '../pubsub/ephemeral.ts'
import type { Unsubscribe } from '../pubsub/notifications.ts'
import {
  type CompanyTyping,
  createCompanyTyping,
  type TypingListener,
  type TypingSubscription,
} from './company-typing.ts'

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

interface HeldCompany {
  company: CompanyTyping
  heard: Promise<Unsubscribe>
  members: number
}

/** Creates typing with the ephemeral channels of the companies. */
export function createTyping(services: {
  database: Database
  channel: EphemeralChannel
  log: Logger
}): Typing {
  const { database, channel, log } = services
  const companies = new Map<string, HeldCompany>()

  function join(companyId: string, conversationId: string, listener: TypingListener): JoinedTyping {
    const held = companies.get(companyId) ?? open(companyId)
    held.members += 1
    const { see, leave } = held.company.join(conversationId, listener)
    let isIn = true
    return {
      ready: held.heard,
      see,
      leave() {
        if (!isIn) return
        isIn = false
        leave()
        held.members -= 1
        if (held.members > 0) return
        companies.delete(companyId)
        void held.heard.then((unsubscribe) => unsubscribe())
      },
    }
  }

  function open(companyId: string): HeldCompany {
    const company = createCompanyTyping(database.forSystem(companyId), log)
    const heard = channel.listen(companyId, (message) => {
      if (message.kind === 'typing') company.receive(message)
    })
    const held = { company, heard, members: 0 }
    companies.set(companyId, held)
    return held
  }

  return {
    tell: (companyId, conversationId, userId, typing) =>
      channel.send(companyId, { kind: 'typing', conversationId, userId, typing }),
    join,
  }
}
