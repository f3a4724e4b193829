import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'
import { builder } from './builder.ts'
import { inexactNumberText, isExact } from './exact-numbers.ts'

const MAX_JSON_DEPTH = 100
const LOCAL = /^(?!0000)\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/i
const INSTANT =
  /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i
/** Leap seconds end a half-year, everywhere at the same time. */
const LEAP = /^\d{4}-(06-30|12-31)T23:59:59/

builder.scalarType('DateTime', {
  description: 'An instant in UTC as in RFC 3339, with millisecond precision.',
  serialize: (value) => value.toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
})

builder.scalarType('LocalDateTime', {
  description:
    'A local date and time without a time zone, such as "2027-03-28T09:00:00". The seconds may be left out.',
  serialize: (value) => value,
  parseValue: parseLocalDateTime,
  parseLiteral: (node) => parseLocalDateTime(node.kind === Kind.STRING ? node.value : undefined),
})

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: shallow,
  parseLiteral(node, variables) {
    assertExact(node, [])
    return shallow(valueFromASTUntyped(node, variables))
  },
})

/** Writing JSON recurses for every level, so the levels are counted first, without recursion. */
function shallow(value: unknown): unknown {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) throw new GraphQLError(`A JSON value has at most ${MAX_JSON_DEPTH} levels.`)
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return value
}

/** Numbers in variables are checked in the request, before JSON.parse changes them. */
function assertExact(node: ValueNode, path: (string | number)[]): void {
  if (node.kind === Kind.OBJECT) {
    for (const { name, value } of node.fields) assertExact(value, [...path, name.value])
  } else if (node.kind === Kind.LIST) {
    for (const [index, value] of node.values.entries()) assertExact(value, [...path, index])
  } else if ((node.kind === Kind.INT || node.kind === Kind.FLOAT) && !isExact(node.value)) {
    throw new GraphQLError(inexactNumberText({ path, text: node.value }), { nodes: node })
  }
}

function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' && INSTANT.test(value) ? readInstant(value) : undefined
  if (!instant || Number.isNaN(instant.getTime()) || !isDay(String(value).slice(0, 10))) {
    throw new GraphQLError('A DateTime is an RFC 3339 instant such as 2026-11-21T09:30:00.000Z.')
  }
  if (!isPrintable(instant)) throw new GraphQLError('A DateTime is within the years 1 to 9999 in UTC.')
  return instant
}

/** A leap second becomes the second after it, as in POSIX, because Date has none. */
function readInstant(text: string): Date | undefined {
  const [, day, time, second, rest] = /^(.{11})(.{6})(\d\d)(.*)$/.exec(text.toUpperCase()) ?? []
  if (second !== '60') return new Date(text.toUpperCase())
  const before = new Date(`${day}${time}59${rest}`)
  const isLeap = !Number.isNaN(before.getTime()) && LEAP.test(before.toISOString())
  return isLeap ? new Date(before.getTime() + 1000) : undefined
}

/** Adds missing seconds, so that a time has one spelling. */
function parseLocalDateTime(value: unknown): string {
  if (typeof value !== 'string' || !LOCAL.test(value) || !isDay(value.slice(0, 10))) {
    throw new GraphQLError(
      'A LocalDateTime is a date and a time without a zone, such as 2027-03-28T09:00:00.',
    )
  }
  return value.length === 16 ? `${value.toUpperCase()}:00` : value.toUpperCase()
}

/** An offset may lead to years without four digits, which RFC 3339 cannot write, and PostgreSQL has no year 0. */
function isPrintable(instant: Date): boolean {
  const year = instant.getUTCFullYear()
  return year >= 1 && year <= 9999
}

/** Date turns 31 February into a day in March, so the result must have the given day. */
function isDay(day: string): boolean {
  const instant = new Date(day)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day)
}
