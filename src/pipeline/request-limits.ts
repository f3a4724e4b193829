import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import type { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { RequestError } from '../errors.ts'
import { assertFewEqualFields } from './equal-fields.ts'

/** Maximum size of a request body in bytes. 1,000 members fit easily. */
export const maxRequestBytes = 1024 * 1024
const MAX_DEPTH = 15
const MAX_ALIASES = 30
const MAX_TOKENS = 3_000
/** In characters. A document can contain the longest message body four times. */
const MAX_DOCUMENT = 128 * 1024

/** Rejects documents that are too large or too expensive, before anything runs. */
export function requestLimitPlugins(): Plugin[] {
  return [
    maxLength(),
    maxDepthPlugin({
      n: MAX_DEPTH,
      ignoreIntrospection: true,
      flattenFragments: true,
      ...inWords(`is more than ${MAX_DEPTH} levels deep`),
    }),
    maxAliasesPlugin({ n: MAX_ALIASES, ...inWords(`has more than ${MAX_ALIASES} aliases`) }),
    maxTokensPlugin({ n: MAX_TOKENS, ...inWords(`has more than ${MAX_TOKENS} tokens`) }),
    maxNesting(),
    fewEqualFields(),
  ]
}

/** Parsed documents are cached by their text, so comments and spaces must not use unlimited memory. */
function maxLength(): Plugin {
  return {
    onParse({ params }) {
      const { length } = String(params.source)
      if (length <= MAX_DOCUMENT) return
      throw new RequestError(
        'QUERY_TOO_EXPENSIVE',
        `The document has ${length} characters, and the limit is ${MAX_DOCUMENT}.`,
      )
    },
  }
}

/** The parser recurses for every bracket, so it could exhaust the stack before the limit of tokens. */
function maxNesting(): Plugin {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((...args: Parameters<typeof parseFn>) => {
        try {
          return parseFn(...args)
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
          throw new RequestError('QUERY_TOO_EXPENSIVE', 'The document is nested too deeply.')
        }
      })
    },
  }
}

/** Runs before validation, and only for documents that are not cached. */
function fewEqualFields(): Plugin {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((...args: Parameters<typeof parseFn>) => {
        const document = parseFn(...args)
        assertFewEqualFields(document)
        return document
      })
    },
  }
}

/** The plugins report syntax errors, but these are none. */
function inWords(excess: string) {
  const mark = (_context: unknown, error: GraphQLError) => {
    error.message = `The document ${excess}: divide it.`
    error.extensions.code = 'QUERY_TOO_EXPENSIVE'
  }
  return { onReject: [mark] }
}
