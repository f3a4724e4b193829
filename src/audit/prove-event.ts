import { column, columns } from '../database/columns.ts'
import type { TenantDatabase } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { leafOf } from './audit-row.ts'
import { leafHash, leftSize, MerkleTree, nodeHash } from './merkle-tree.ts'
import { LEVELS_APART } from './seal-company.ts'
import { eventsFrom } from './seal-statements.ts'

const nodesOf = statement({
  name: 'audit_nodes_of',
  parameters: ['companyId', 'levels', 'indexes'],
  row: columns({
    level: column.integer,
    index: column.of<number>().from((alias) => `${alias}.index::float8`),
    hash: column.bytes,
  }),
  text: `select n.level, n.index::float8 as index, n.hash
    from unnest(:levels::int[], :indexes::bigint[]) w (level, index)
    cross join lateral (
      select n.level, n.index, n.hash from audit_nodes n
      where n.company_id = :companyId and n.level = w.level and n.index = w.index offset 0
    ) n`,
})

/** A part of a tree whose hash is asked for: the events from `from` to before `to`. */
interface Part {
  from: number
  to: number
}

/** The leaf of an event, and the hashes that lead from it to the root of the tree of this size (RFC 6962, section 2.1.1). */
export interface InclusionProof {
  leaf: string
  path: Buffer[]
}

/** Proves that an event is in the tree of a company. Reads a few hundred rows, however large the tree is. */
export async function proveEvent(
  tenant: TenantDatabase,
  companyId: string,
  index: number,
  size: number,
): Promise<InclusionProof | undefined> {
  const siblings = siblingsOf(index, { from: 0, to: size })
  const hashes = await readHashes(tenant, companyId, siblings)
  const [row] = await tenant.query(eventsFrom, { companyId, from: index, max: 1 })
  if (row?.index !== index) return undefined
  return { leaf: leafOf(companyId, row), path: siblings.map((part) => hashOf(part, hashes)).toReversed() }
}

/** The parts beside the way from the root to the leaf. */
function siblingsOf(index: number, { from, to }: Part): Part[] {
  if (to - from === 1) return []
  const middle = from + leftSize(to - from)
  return index < middle
    ? [{ from: middle, to }, ...siblingsOf(index, { from, to: middle })]
    : [{ from, to: middle }, ...siblingsOf(index, { from: middle, to })]
}

/** Splits a part into subtrees whose hashes are stored, and the events that remain. */
function storedParts({ from, to }: Part): Part[] {
  const count = to - from
  const level = Math.log2(count)
  if (count < 2 ** LEVELS_APART || (Number.isInteger(level) && level % LEVELS_APART === 0))
    return [{ from, to }]
  const middle = from + leftSize(count)
  return [...storedParts({ from, to: middle }), ...storedParts({ from: middle, to })]
}

async function readHashes(
  tenant: TenantDatabase,
  companyId: string,
  parts: readonly Part[],
): Promise<Map<string, Buffer>> {
  const hashes = new Map<string, Buffer>()
  const wanted = parts.flatMap(storedParts)
  const nodes = wanted.filter(({ from, to }) => to - from >= 2 ** LEVELS_APART)
  const found = await tenant.query(nodesOf, {
    companyId,
    levels: nodes.map(({ from, to }) => Math.log2(to - from)),
    indexes: nodes.map(({ from, to }) => from / (to - from)),
  })
  for (const { level, index, hash } of found)
    hashes.set(nameOf({ from: index * 2 ** level, to: (index + 1) * 2 ** level }), hash)
  for (const { from, to } of wanted.filter((part) => !nodes.includes(part))) {
    const rows = await tenant.query(eventsFrom, { companyId, from, max: to - from })
    const tree = new MerkleTree()
    for (const row of rows) tree.push(leafHash(leafOf(companyId, row)))
    hashes.set(nameOf({ from, to }), tree.root)
  }
  return hashes
}

function hashOf(part: Part, hashes: Map<string, Buffer>): Buffer {
  const known = hashes.get(nameOf(part))
  if (known) return known
  const { from, to } = part
  if (to - from < 2 ** LEVELS_APART) throw new Error('A part of the audit trail is missing.')
  const middle = from + leftSize(to - from)
  return nodeHash(hashOf({ from, to: middle }, hashes), hashOf({ from: middle, to }, hashes))
}

function nameOf({ from, to }: Part): string {
  return `${from} ${to}`
}
