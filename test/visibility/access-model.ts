import fc from 'fast-check'

/** The people of the model by their first names, with a role and a department each. */
export const PEOPLE = ['ann', 'bob', 'cal', 'dan'] as const
export type Name = (typeof PEOPLE)[number]
export const ROLES: Record<Name, string> = { ann: 'owner', bob: 'member', cal: 'member', dan: 'supervisor' }
const DEPARTMENTS = ['Finance', 'Sales', null] as const

/** A rule, as the model knows it. */
export interface ModelRule {
  effect: 'ALLOW' | 'DENY'
  role?: string
  user?: Name
  department?: string
}

/** One thing that happens in a group of all of them. */
export type AccessStep =
  | { do: 'send'; by: Name; rules: ModelRule[]; mentions: Name[]; replyTo: number | null }
  | { do: 'restrict'; at: number; rules: ModelRule[] }
  | { do: 'read'; by: Name }
  | { do: 'retract'; at: number }
  | { do: 'move'; who: Name; to: string | null }

const name = fc.constantFrom(...PEOPLE)
const effect = fc.constantFrom('ALLOW' as const, 'DENY' as const)
const rule: fc.Arbitrary<ModelRule> = fc.oneof(
  fc.record({ effect, role: fc.constantFrom('owner', 'member', 'supervisor') }),
  fc.record({ effect, user: name }),
  fc.record({ effect, department: fc.constantFrom('finance', 'SALES') }),
)
const rules = fc.oneof(
  { arbitrary: fc.constant<ModelRule[]>([]), weight: 1 },
  { arbitrary: fc.array(rule, { maxLength: 3 }), weight: 3 },
)
const at = fc.nat({ max: 50 })

/** Random steps; those that are impossible when their turn comes are left out. */
export const accessStep: fc.Arbitrary<AccessStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      by: name,
      rules,
      mentions: fc.subarray([...PEOPLE]),
      replyTo: fc.option(at, { nil: null, freq: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('restrict' as const), at, rules }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), by: name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retract' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      who: name,
      to: fc.constantFrom(...DEPARTMENTS),
    }),
  },
)

/** A message of the model. */
export interface ModelMessage {
  seq: number
  author: Name
  rules: ModelRule[]
  mentions: Name[]
  replyTo: number | null
  isRetracted: boolean
}

/** The rules as the features describe them, applied to each message one by one. */
export class AccessModel {
  readonly messages: ModelMessage[] = []
  readonly departments: Record<Name, string | null> = {
    ann: 'Finance',
    bob: 'Sales',
    cal: null,
    dan: 'Finance',
  }
  readonly #marks: Record<Name, number> = { ann: 0, bob: 0, cal: 0, dan: 0 }

  sees(viewer: Name, { author, rules }: ModelMessage): boolean {
    if (viewer === author) return true
    const naming = rules.filter((each) => this.#names(each, viewer))
    if (naming.some(({ effect }) => effect === 'DENY')) return false
    return rules.every(({ effect }) => effect === 'DENY') || naming.length > 0
  }

  seenBy(viewer: Name): ModelMessage[] {
    return this.messages.filter((message) => this.sees(viewer, message))
  }

  unreadOf(viewer: Name): ModelMessage[] {
    return this.seenBy(viewer).filter(
      ({ seq, author, isRetracted }) => author !== viewer && !isRetracted && seq > this.#marks[viewer],
    )
  }

  /** The number of the message that a sent one answers, if its author sees one. */
  send(step: AccessStep & { do: 'send' }, replyTo: number | null): void {
    const hasUnread = this.unreadOf(step.by).length > 0
    const seq = this.messages.length + 1
    this.messages.push({
      seq,
      author: step.by,
      rules: step.rules,
      mentions: step.mentions,
      replyTo,
      isRetracted: false,
    })
    if (!hasUnread) this.#marks[step.by] = seq
  }

  /** Marks as read all that the person sees. */
  read(by: Name): number {
    const last = this.seenBy(by).at(-1)?.seq ?? 0
    this.#marks[by] = Math.max(this.#marks[by], last)
    return last
  }

  #names({ role, user, department }: ModelRule, viewer: Name): boolean {
    return (
      ROLES[viewer] === role ||
      viewer === user ||
      (department !== undefined && this.departments[viewer]?.toLowerCase() === department.toLowerCase())
    )
  }
}
