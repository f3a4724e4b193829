import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import type { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** The largest request body, in bytes: 1,000 members with room to spare. */
export const maxRequestBytes = 1024 * 1024
const MAX_DEPTH = 15
const MAX_ALIASES = 30
const MAX_TOKENS = 3_000

/** Refuses documents that are too large to be meant, before anything runs; costs are counted by the schema itself. */
export function requestLimitPlugins(): Plugin[] {
  const onReject = [(_context: unknown, error: GraphQLError) => markTooExpensive(error)]
  return [
    maxDepthPlugin({ n: MAX_DEPTH, ignoreIntrospection: true, flattenFragments: true, onReject }),
    maxAliasesPlugin({ n: MAX_ALIASES, onReject }),
    maxTokensPlugin({ n: MAX_TOKENS, onReject }),
  ]
}

function markTooExpensive(error: GraphQLError): void {
  error.extensions.code = 'QUERY_TOO_EXPENSIVE'
}
