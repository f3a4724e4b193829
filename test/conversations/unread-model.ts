import fc from 'fast-check'

/** One thing that happens in a conversation of three people, who go by 0, 1 and 2. */
export type Step =
  | { do: 'send'; by: number; mentions: number[] }
  | { do: 'retract'; at: number; by?: number }
  | { do: 'hideMessage'; by: number; at: number }
  | { do: 'hide'; by: number }
  | { do: 'markRead'; by: number; at: number }
  | { do: 'markUnread'; by: number; at: number }
  | { do: 'leave'; by: number }
  | { do: 'join'; by: number }
  | { do: 'mute'; by: number; on: boolean }

const by = fc.integer({ min: 0, max: 2 })
/** A message; the model takes it modulo the number of messages there are. */
const at = fc.nat({ max: 100 })

/** Random steps; those that are impossible when their turn comes are left out by the model. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('send' as const), by, mentions: fc.subarray([0, 1, 2]) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retract' as const), at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('markRead' as const), by, at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('markUnread' as const), by, at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hideMessage' as const), by, at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide' as const), by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const), by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mute' as const), by, on: fc.boolean() }) },
)

interface ModelMessage {
  seq: number
  author: number
  mentions: number[]
  isRetracted: boolean
  /** The people who have hidden it. */
  hiddenBy: Set<number>
}

interface ModelParticipant {
  isIn: boolean
  isMuted: boolean
  readUpTo: number
  unreadFrom: number | null
  /** Everything up to here is gone from this person's side. */
  hiddenUpTo: number
}

/** The conversation as one person must see it. Undefined if the person may not see it. */
export interface Expected {
  unreadCount: number
  mentions: number
  /** The first unread message, and the first that mentions the person. */
  unreadFrom: number | null
  firstMention: number | null
  /** The number that it adds to the viewer's unread messages. */
  inViewer: number
}

/** A conversation as the table of unread messages in the features describes it, counted one by one. */
export class UnreadModel {
  readonly messages: ModelMessage[] = []
  readonly people: ModelParticipant[]
  /** Nobody comes or goes. */
  readonly isFixed: boolean

  constructor({ members, isFixed }: { members: readonly number[]; isFixed: boolean }) {
    this.isFixed = isFixed
    this.people = [0, 1, 2].map((person) => ({
      isIn: members.includes(person),
      isMuted: false,
      readUpTo: 0,
      unreadFrom: null,
      hiddenUpTo: 0,
    }))
  }

  /** Takes a step if it is possible, and gives it as it was taken. */
  take(step: Step): Step | undefined {
    const last = this.messages.length
    if ('at' in step && last === 0) return undefined
    const wanted = 'at' in step ? { ...step, at: 1 + (step.at % last) } : step
    if (wanted.do === 'retract') {
      const message = this.messages[wanted.at - 1]
      if (!message || message.isRetracted) return undefined
      message.isRetracted = true
      // Its author takes it back, if still there to do so.
      return this.people[message.author]?.isIn && this.#sees(message.author, message)
        ? { ...wanted, by: message.author }
        : this.#restore(message)
    }
    const person = this.people[wanted.by]
    if (!person || person.isIn === (wanted.do === 'join')) return undefined
    switch (wanted.do) {
      case 'send': {
        const mentions = wanted.mentions.filter((other) => this.people[other]?.isIn)
        const nothingUnread = this.#unread(wanted.by).length === 0
        this.messages.push({
          seq: last + 1,
          author: wanted.by,
          mentions,
          isRetracted: false,
          hiddenBy: new Set(),
        })
        if (nothingUnread) person.readUpTo = last + 1
        return { ...wanted, mentions }
      }
      case 'markRead':
        person.readUpTo = Math.max(person.readUpTo, wanted.at)
        // A reading below the mark takes the reminder along, up to what was read.
        if (wanted.at >= person.readUpTo) person.unreadFrom = null
        else if (person.unreadFrom !== null) person.unreadFrom = Math.max(person.unreadFrom, wanted.at + 1)
        return wanted
      case 'markUnread':
        person.unreadFrom = wanted.at
        return wanted
      case 'hideMessage': {
        const message = this.messages[wanted.at - 1]
        if (!message || !this.#sees(wanted.by, message)) return undefined
        message.hiddenBy.add(wanted.by)
        return wanted
      }
      case 'hide':
        person.hiddenUpTo = last
        person.unreadFrom = null
        return wanted
      case 'leave':
      case 'join':
        if (
          this.isFixed ||
          this.people.filter(({ isIn }) => isIn).length === (wanted.do === 'leave' ? 1 : 3)
        ) {
          return undefined
        }
        person.isIn = wanted.do === 'join'
        return wanted
      case 'mute':
        person.isMuted = wanted.on
        return wanted
    }
  }

  expected(person: number): Expected | undefined {
    const { isIn, isMuted } = this.people[person] ?? {}
    if (!isIn) return undefined
    const unread = this.#unread(person)
    const mentioning = unread.filter((message) => message.mentions.includes(person))
    const mentions = mentioning.length
    return {
      unreadCount: unread.length,
      mentions,
      unreadFrom: unread[0]?.seq ?? null,
      firstMention: mentioning[0]?.seq ?? null,
      inViewer: isMuted ? mentions : unread.length,
    }
  }

  #sees(person: number, { seq, hiddenBy }: ModelMessage): boolean {
    return seq > (this.people[person]?.hiddenUpTo ?? 0) && !hiddenBy.has(person)
  }

  #restore(message: ModelMessage): undefined {
    message.isRetracted = false
  }

  #unread(person: number): ModelMessage[] {
    const { readUpTo = 0, unreadFrom = null } = this.people[person] ?? {}
    return this.messages.filter(
      (message) =>
        message.author !== person &&
        !message.isRetracted &&
        this.#sees(person, message) &&
        (message.seq > readUpTo || (unreadFrom !== null && message.seq >= unreadFrom)),
    )
  }
}

/** The unread messages of a viewer as the model has them, in the API's words. */
export function totals(conversations: { kind: string; model: UnreadModel }[], person: number) {
  const sum = { total: 0, direct: 0, group: 0, broadcast: 0, global: 0, context: 0, mentions: 0 }
  for (const { kind, model } of conversations) {
    const { inViewer = 0, mentions = 0 } = model.expected(person) ?? {}
    sum.total += inViewer
    sum[kind.toLowerCase() as 'direct' | 'group' | 'context' | 'global'] += inViewer
    sum.mentions += mentions
  }
  return sum
}
