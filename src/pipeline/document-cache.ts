import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

const MAX_DOCUMENTS = 1_000
const MAX_BYTES = 64 * 1024 * 1024
/** Approximate size of a document's tree per character. */
const BYTES_PER_CHARACTER = 64

/**
 * Caches parsed documents by their text, with their validation results. The cache is bounded in number and bytes,
 * because clients may write values into their documents.
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
