import type { FieldComplexityValue } from '@pothos/plugin-complexity'
import type { GraphQLField } from 'graphql'
import { DEFAULT_SIZE, MAX_SIZE } from '../page.ts'

/** Plain lists are short, because growing ones are connections. Longer plain lists declare their own `complexity`. */
const SHORT_LIST = 10

/** The cost of a field is one, plus the cost of the fields below it times the length of the page or list. */
export function fieldCost(
  args: Record<string, unknown>,
  _context: object,
  field: GraphQLField<unknown, never>,
): FieldComplexityValue {
  return { field: 1, multiplier: maxItems(args, field) }
}

function maxItems(args: Record<string, unknown>, field: GraphQLField<unknown, never>): number {
  if (field.args.some(({ name }) => name === 'first')) return pageLength(args)
  if (Array.isArray(args.ids)) return args.ids.length
  if (!String(field.type).startsWith('[')) return 1
  // A connection already multiplies by the length of its page.
  const isPage = field.args.length === 0 && (field.name === 'edges' || field.name === 'nodes')
  return isPage ? 1 : SHORT_LIST
}

/** A page that is too long costs as much as the longest one, because another check rejects it with its own message. */
export function pageLength({ first, last }: Record<string, unknown>): number {
  const sizes = [first, last].filter((size) => typeof size === 'number')
  if (sizes.length === 0) return DEFAULT_SIZE
  return Math.min(MAX_SIZE, Math.max(...sizes, 1))
}
