import type { GraphQLParams } from 'graphql-yoga'

const sizes = new WeakMap<GraphQLParams, number>()

/** Remembers with the parameters of a request how large it was: in bytes of its body, or in characters of its URL. */
export function withSize(params: GraphQLParams, size: number): GraphQLParams {
  sizes.set(params, size)
  return params
}

/** The size that was remembered, at least that of the document. */
export function sizeOf(params: GraphQLParams): number {
  return sizes.get(params) ?? params.query?.length ?? 0
}
