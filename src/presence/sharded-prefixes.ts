import { createHash } from 'node:crypto'

/** The beginnings of keys, so that all keys of a company are in one slot of a cluster. */
export interface ShardedPrefixes {
  readonly all: readonly string[]
  of(companyId: string): string
}

/** Spreads companies over so many beginnings of keys: the part in braces decides about the slot. One has no braces. */
export function shardedPrefixes(prefix: string, shards: number): ShardedPrefixes {
  if (shards === 1) return { all: [prefix], of: () => prefix }
  const all = Array.from({ length: shards }, (_, shard) => `{${prefix}${shard}}:`)
  return {
    all,
    of(companyId) {
      const shard = createHash('sha256').update(companyId).digest().readUInt32BE() % shards
      return all[shard] ?? prefix
    },
  }
}
