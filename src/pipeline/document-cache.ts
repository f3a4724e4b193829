import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

const MAX_DOCUMENTS = 1_000
const MAX_BYTES = 64 * 1024 * 1024
/** About what the tree of a document takes for each of its characters. */
const BYTES_PER_CHARACTER = 64

/**
 * Remembers parsed documents by their text, and with each what validating it gave: in number and in bytes no more than
 * clients that write values into their documents may cost.
 */
export function documentCaches() {
  return { documentCache: createCache<DocumentNode>(), errorCache: createCache<Error>() }
}

function createCache<Value extends object>(): LRUCache<string, Value> {
  return new LRUCache<string, Value>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_BYTES,
    sizeCalculation: (_value, text) => 1 + text.length * BYTES_PER_CHARACTER,
  })
}
