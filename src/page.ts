import { RequestError } from './errors.ts'

/** Default number of items of a page. */
export const DEFAULT_SIZE = 50
/** Maximum number of items of a page. */
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

/** Returns the number of items to read, 50 by default. Throws BAD_USER_INPUT outside of 0 to 100. */
export function pageSize(size: number | null | undefined, name: 'first' | 'last' = 'first'): number {
  if (size === null || size === undefined) return DEFAULT_SIZE
  if (size < 0 || size > MAX_SIZE)
    throw new RequestError('BAD_USER_INPUT', `\`${name}\` must be 0 to ${MAX_SIZE}.`)
  return size
}

/** The type of a sort value in a cursor. It is validated, so that a forged cursor never reaches the database. */
export type KeyPart = 'instant' | 'uuid' | 'text' | 'seq'

const PATTERNS: Record<KeyPart, RegExp> = {
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^[^\0]*$/,
  seq: /^[1-9]\d{0,8}$/,
}

/**
 * Pages forwards through a list by keyset: the cursor carries the sort values, so that pages of a changing list neither
 * skip nor repeat. `read` is called for one row more than the page, which shows whether another page follows. Before
 * the first page its key is all null.
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

/** Returns the size of a page and the sort values it follows, null for the first page. Throws BAD_USER_INPUT. */
export function readForwardArgs(
  args: ForwardArgs,
  key: readonly KeyPart[],
): { size: number; after: string[] | null } {
  if (args.last != null || args.before != null) {
    throw new RequestError('BAD_USER_INPUT', 'This list is paged forwards: use `first` and `after`.')
  }
  return { size: pageSize(args.first), after: args.after == null ? null : readKeyCursor(args.after, key) }
}

/** Creates a page from its rows. */
export function pageOf<Node>(
  edges: { cursor: string; node: Node }[],
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Page<Node> {
  return {
    edges,
    pageInfo: { ...more, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

/** Creates a page cursor from sort values. */
export function keyCursor(key: string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** Reads a page cursor. Throws BAD_USER_INPUT if its sort values do not fit the list. */
export function readKeyCursor(cursor: string, parts: readonly KeyPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(key) && key.length === parts.length && parts.every((part, at) => isPart(part, key[at])))
      return key
  } catch {
    // Malformed cursors are all answered below.
  }
  throw new RequestError('BAD_USER_INPUT', 'This is not a cursor of this list.')
}

function isPart(part: KeyPart, value: unknown): value is string {
  if (typeof value !== 'string' || !PATTERNS[part].test(value)) return false
  return part !== 'instant' || isInstant(value)
}

/** True for an existing day in a year that PostgreSQL knows: it has none before 1. */
function isInstant(value: string): boolean {
  const instant = new Date(value)
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value && !value.startsWith('0000')
}
