import { createHash, hash } from 'node:crypto'

/** Bytes of a hash. */
export const HASH_BYTES = 32

/** The prefix of a node, and room for the hashes below it. Hashing is synchronous, so one is enough. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** Node.js hashes in one call from version 20.12 on. */
const digest: (data: Buffer | string) => Buffer =
  typeof hash === 'function'
    ? (data) => hash('sha256', data, 'buffer')
    : (data) => createHash('sha256').update(data).digest()

/** The hash of a leaf (RFC 6962, section 2.1). */
export function leafHash(leaf: string): Buffer {
  return digest(`\0${leaf}`)
}

/** The hash of the node above two others (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1)
  node.set(right, 1 + HASH_BYTES)
  return digest(node)
}

/** A complete subtree: `index` counts those of its level, which have 2 ** level leaves each. */
export interface Subtree {
  level: number
  index: number
  hash: Buffer
}

/** A tree that grows by leaves. It keeps the hashes of its complete subtrees alone, largest first: a compact range. */
export class MerkleTree {
  size: number
  readonly range: Buffer[]

  /** Continues a tree of this size from its compact range. */
  constructor(size = 0, range: readonly Buffer[] = []) {
    this.size = size
    this.range = [...range]
  }

  /** Appends the hash of a leaf, and calls `completed` for each subtree that it completes. */
  push(leaf: Buffer, completed?: (subtree: Subtree) => void): void {
    let hash = leaf
    let level = 0
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(this.range.pop() as Buffer, hash)
      level += 1
      completed?.({ level, index: Math.floor(this.size / 2 ** level), hash })
    }
    this.range.push(hash)
    this.size += 1
  }

  /** The root (RFC 6962): the hash of the empty string for an empty tree. */
  get root(): Buffer {
    const [last, ...others] = this.range.toReversed()
    if (!last) return digest(Buffer.alloc(0))
    return others.reduce((right, left) => nodeHash(left, right), last)
  }
}

/** Splits a compact range, as it is stored. */
export function readRange(bytes: Buffer): Buffer[] {
  const range: Buffer[] = []
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    range.push(bytes.subarray(at, at + HASH_BYTES))
  }
  return range
}

/** The number of leaves of the left subtree: the largest power of two below the size. */
export function leftSize(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

/** Computes the root from a leaf and its inclusion path (RFC 9162, section 2.1.3.2). Undefined for a path of another length. */
export function rootFromPath(
  leaf: Buffer,
  { index, size }: { index: number; size: number },
  path: readonly Buffer[],
): Buffer | undefined {
  if (index >= size) return undefined
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else hash = nodeHash(hash, sibling)
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash : undefined
}
