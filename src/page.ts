import { RequestError } from './errors.ts'

/** How many a page holds unless asked otherwise. */
export const DEFAULT_SIZE = 50
/** The most a page holds. */
export const MAX_SIZE = 100

/** The Relay arguments of a list that is paged forwards. */
export interface ForwardArgs {
  first?: number | null | undefined
  last?: number | null | undefined
  after?: string | null | undefined
  before?: string | null | undefined
}

/** A Relay connection. */
export interface Page<Node> {
  edges: { cursor: string; node: Node }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

/** How many to read: 50 unless given; throws BAD_USER_INPUT outside 0 to 100. */
export function pageSize(size: number | null | undefined, name: 'first' | 'last' = 'first'): number {
  if (size === null || size === undefined) return DEFAULT_SIZE
  if (size < 0 || size > MAX_SIZE)
    throw new RequestError('BAD_USER_INPUT', `\`${name}\` must be 0 to ${MAX_SIZE}.`)
  return size
}

/** What a sort value of a cursor is, so that a made-up cursor never reaches the database. */
export type KeyPart = 'instant' | 'uuid' | 'text' | 'seq'

const PATTERNS: Record<KeyPart, RegExp> = {
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^[^\0]*$/,
  seq: /^[1-9]\d{0,8}$/,
}

/**
 * Pages forwards through a list by keyset: the cursor carries the sort values, so that a list in motion neither skips
 * nor repeats. `read` is asked for one row more than the page, which tells whether there is a next one; before the
 * first page its key is all null.
 */
export async function forwardPage<Row, Node = Row>(
  args: ForwardArgs,
  list: {
    key: readonly KeyPart[]
    keyOf(row: Row): string[]
    nodeOf(row: Row): Node
    read(after: (string | null)[], max: number): Promise<Row[]>
  },
): Promise<Page<Node>> {
  const { size, after } = readForwardArgs(args, list.key)
  const rows = await list.read(after ?? list.key.map(() => null), size + 1)
  const edges = rows
    .slice(0, size)
    .map((row) => ({ cursor: keyCursor(list.keyOf(row)), node: list.nodeOf(row) }))
  return pageOf(edges, { hasNextPage: rows.length > size, hasPreviousPage: args.after != null })
}

/** The size of a page and the sort values it comes after, null for the first; throws BAD_USER_INPUT. */
export function readForwardArgs(
  args: ForwardArgs,
  key: readonly KeyPart[],
): { size: number; after: string[] | null } {
  if (args.last != null || args.before != null) {
    throw new RequestError('BAD_USER_INPUT', 'This list is paged forwards: use `first` and `after`.')
  }
  return { size: pageSize(args.first), after: args.after == null ? null : readKeyCursor(args.after, key) }
}

/** Puts a page together. */
export function pageOf<Node>(
  edges: { cursor: string; node: Node }[],
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Page<Node> {
  return {
    edges,
    pageInfo: { ...more, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

/** A page cursor over sort values. */
export function keyCursor(key: string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Reads a page cursor; throws BAD_USER_INPUT if it is not one of a list with these sort values. */
export function readKeyCursor(cursor: string, parts: readonly KeyPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(key) && key.length === parts.length && parts.every((part, at) => isPart(part, key[at])))
      return key
  } catch {
    // Falls through to the one answer for all malformed cursors.
  }
  throw new RequestError('BAD_USER_INPUT', 'This is not a cursor of this list.')
}

function isPart(part: KeyPart, value: unknown): value is string {
  if (typeof value !== 'string' || !PATTERNS[part].test(value)) return false
  return part !== 'instant' || isInstant(value)
}

/** A day that exists, in a year that PostgreSQL knows: it has none before 1. */
function isInstant(value: string): boolean {
  const instant = new Date(value)
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value && !value.startsWith('0000')
}
