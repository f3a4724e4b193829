import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql'
import { encodeId, newId, nodeTypes } from '../../src/ids.ts'

/** Random decisions. */
export interface Chance {
  /** True with this probability. */
  at(probability: number): boolean
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
}

/** The things that the arguments of one person's operations name. */
export interface Vocabulary {
  /** Ids of the person's own company, by their type. */
  own: Readonly<Record<string, readonly string[]>>
  /** Ids of another company, by their type. */
  foreign: Readonly<Record<string, readonly string[]>>
  cursors: readonly string[]
  /** Stands in the texts of this company, and of no other. */
  mark: string
}

/** A value of an enum, which is printed without quotes. */
class EnumName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
  toJSON(): string {
    return this.name
  }
}

/** Decisions that are the same for the same numbers from 0 to 1. */
export function createChance(random: () => number): Chance {
  const below = (max: number) => Math.floor(random() * max)
  return {
    at: (probability) => random() < probability,
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
  }
}

const NUMBERS = [0, 1, 2, 3, 5, 50, 100, 101, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.5, 1e308]
const TIMES = [
  '2100-01-01T00:00:00.000Z',
  '2000-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '2026-02-30T25:61:00Z',
  'now',
]
const LOCAL_TIMES = ['2099-06-01T09:00:00', '2099-03-29T02:30:00', '1970-01-01T00:00:00', '9999-99-99', '']
const TEXTS = [
  '',
  ' ',
  'a',
  '\0',
  '\ud83d',
  '\ufdfa'.repeat(300),
  '\u202e\u200b\ufeff',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  'e\u0301\u0323'.repeat(90),
  'ภาษาไทย 中文 العربية צ"ה',
  "'; drop table messages; --",
  '%_\\ "quoted" -word | (a & b):*',
  '{"$gt": ""}',
  '../../etc/passwd',
  'https://example.com/?q=1 http://xn--bcher-kva.example',
  'x'.repeat(300),
  '\r\nBcc: all@example.com',
]
const LISTS = [0, 1, 1, 1, 2, 3, 8, 51, 101, 1_001]

/** A value for the type in the place of this name, mostly one that is accepted. */
export function randomValue(
  type: GraphQLInputType,
  name: string,
  chance: Chance,
  words: Vocabulary,
  depth = 0,
): unknown {
  if (chance.at(0.01)) return wrongValue(chance)
  if (isNonNullType(type))
    return chance.at(0.01) ? null : randomValue(type.ofType, name, chance, words, depth)
  if (chance.at(0.03)) return null
  if (isListType(type)) {
    const length = chance.at(0.9) ? chance.below(4) : chance.pick(LISTS)
    const one = () => randomValue(type.ofType, name, chance, words, depth)
    // A long list repeats one value, or else the request would be too long to begin with.
    const repeated = one()
    return Array.from({ length }, () => (length > 8 ? repeated : one()))
  }
  if (isEnumType(type)) return randomEnum(type, chance)
  if (isInputObjectType(type)) return randomInput(type, chance, words, depth)
  return randomScalar(type.name, name, chance, words)
}

function wrongValue(chance: Chance): unknown {
  return chance.pick([true, 17, -1.5, 'wrong', [], {}, [[null]], { a: { b: [1] } }, null])
}

function randomEnum(type: GraphQLEnumType, chance: Chance): EnumName {
  return new EnumName(chance.at(0.01) ? 'NO_SUCH_VALUE' : chance.pick(type.getValues()).name)
}

function randomInput(
  type: GraphQLInputObjectType,
  chance: Chance,
  words: Vocabulary,
  depth: number,
): unknown {
  const optional = chance.pick([0.1, 0.4, 0.4, 0.8])
  const fields = Object.values(type.getFields()).filter((field) =>
    isRequiredInputField(field) ? chance.at(0.99) : depth < 4 && chance.at(optional),
  )
  const entries = fields.map((field) => [
    field.name,
    randomValue(field.type, field.name, chance, words, depth + 1),
  ])
  if (chance.at(0.005)) entries.push(['noSuchField', 1])
  return Object.fromEntries(entries)
}

function randomScalar(type: string, name: string, chance: Chance, words: Vocabulary): unknown {
  switch (type) {
    case 'ID':
      return randomId(name, chance, words)
    case 'Int':
    case 'Float':
      return chance.at(0.8) ? 1 + chance.below(60) : chance.pick(NUMBERS)
    case 'Boolean':
      // Messaging is seldom switched off, or else nothing more would be tried.
      return /^(messagingEnabled|safeMode)$/.test(name)
        ? (name === 'safeMode') === chance.at(0.02)
        : chance.at(0.5)
    case 'DateTime':
      return chance.at(0.7) ? TIMES[0] : chance.pick(TIMES)
    case 'LocalDateTime':
      return chance.at(0.7) ? LOCAL_TIMES[0] : chance.pick(LOCAL_TIMES)
    case 'JSON':
      return chance.pick([{}, { a: 1 }, [1, [2, [3]]], 'text', 0, { key: 'v'.repeat(5_000) }])
    default:
      return randomText(name, chance, words)
  }
}

const KNOWN: [name: RegExp, texts: string[]][] = [
  [/emoji/i, ['👍', '❤️', '🏳️‍🌈', 'no emoji']],
  [/phone/i, ['+14155550100', '+14155550123', '+4930123456', '0800', '+1']],
  [/zone/i, ['Europe/Berlin', 'UTC', 'America/New_York', 'Mars/Olympus']],
  [/attribute/i, ['department:finance', 'department:', 'department:FINANCE', 'colour:red']],
  [/email/i, ['somebody@example.com', 'nobody', '"a b"@example.com']],
  [/^role$/i, ['member', 'admin', 'no such role']],
  [/domain/i, ['example.com', 'bücher.example', '*.example', 'localhost']],
]

function randomText(name: string, chance: Chance, words: Vocabulary): string {
  if (/^(after|before)$/.test(name) && chance.at(0.7)) return chance.pick(words.cursors)
  const known = KNOWN.find(([pattern]) => pattern.test(name))
  if (known && chance.at(0.8)) return chance.pick(known[1])
  if (chance.at(0.7))
    return `${words.mark} ${chance.pick(['plans', 'in', 'news', 'again'])} ${chance.below(50)}`
  return chance.at(0.005) ? 'long '.repeat(8_000) : chance.pick(TEXTS)
}

function randomId(name: string, chance: Chance, words: Vocabulary): string | number {
  const type = chance.at(0.95) && !/^nodes?$/.test(name) ? nodeTypeOf(name) : chance.pick(nodeTypes)
  if (chance.at(0.75)) return chance.pick(words.own[type] ?? [''])
  if (chance.at(0.4)) return chance.pick(words.foreign[type] ?? [''])
  const own = String(words.own[type]?.[0])
  return chance.pick([
    encodeId(type, newId()),
    own.slice(1),
    `${own}=`,
    own.toUpperCase(),
    '',
    '\0',
    'x'.repeat(5_000),
    7,
  ])
}

/** The type of the ids that an argument of this name takes; of `id`, by its field. */
function nodeTypeOf(name: string): string {
  if (/reply/i.test(name)) return 'InboundMessage'
  if (/guestMessage/i.test(name)) return 'GuestMessage'
  if (/guest/i.test(name)) return 'Guest'
  if (/case/i.test(name)) return 'ModerationCase'
  if (/role/i.test(name)) return 'Role'
  if (/user|member|recipient|mention|author|participant/i.test(name)) return 'User'
  if (/message|parent/i.test(name)) return 'Message'
  if (/broadcast/i.test(name)) return 'Broadcast'
  return /company/i.test(name) ? 'Company' : 'Conversation'
}

/** The value as it is written in a document. */
export function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${literal(inner)}`)
      .join(', ')} }`
  }
  return JSON.stringify(value)
}
