import { type DocumentNode, GraphQLError } from 'graphql'
import type { Plugin, YogaServerInstance } from 'graphql-yoga'
import { documentCaches } from './document-cache.ts'

/** The documents that were parsed, held against all limits and found valid, by their whole text. */
export interface KnownDocuments {
  caches: ReturnType<typeof documentCaches>
  /** Undefined for a text that was not seen of late, or was refused. */
  find(text: string): DocumentNode | undefined
  /** Notes what GraphQL Yoga finds valid, and gives what cannot be parsed its status. */
  plugin: Plugin
}

/** Knows nothing yet. A document leaves together with the caches' own entry. */
export function createKnownDocuments(): KnownDocuments {
  const caches = documentCaches()
  const valid = new WeakSet<DocumentNode>()
  return {
    caches,
    find(text) {
      const document = caches.documentCache.get(text)
      return document && valid.has(document) ? document : undefined
    },
    plugin: {
      // Yoga remembers an error as it was found: on a socket it would be without the status that HTTP answers with later.
      onParse:
        () =>
        ({ result }) => {
          if (result instanceof GraphQLError) result.extensions.http ??= { spec: true, status: 400 }
        },
      onValidate:
        ({ params }) =>
        ({ valid: isValid }) => {
          if (isValid) valid.add(params.documentAST)
        },
    },
  }
}

/** Parses and validates whatever is looked for, so that every plain request for a valid document takes the short way. */
export function learnAtOnce(
  documents: KnownDocuments,
  yoga: Pick<YogaServerInstance<object, object>, 'getEnveloped'>,
): KnownDocuments {
  const learn = (text: string) => {
    const enveloped = yoga.getEnveloped({ params: { query: text } } as never)
    try {
      enveloped.validate(enveloped.schema, enveloped.parse(text))
    } catch {
      // GraphQL Yoga says what is wrong as it answers.
    }
    return documents.find(text)
  }
  return { ...documents, find: (text) => documents.find(text) ?? learn(text) }
}
