import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'

/** Maximum size of the texts of one answer: twice the longest page of the longest messages. */
const MAX_BYTES = 8 * 1024 * 1024
/** Decrypting and writing so many takes a point's time. */
const BYTES_PER_POINT = 256
/** Shorter texts are within the cost of their fields. */
const MIN_CHARGED_BYTES = 1024

/** Bytes of text in each answer so far, by its variables, which graphql-js creates anew for each execution and event. */
const held = new WeakMap<object, number>()

/**
 * Counts an encrypted text towards the answer it goes into, and charges a long one to the viewer. Throws QUERY_TOO_EXPENSIVE for
 * an answer that would hold more than 8 MiB: the cost of a query counts its fields, not how long they are.
 */
export function countText(
  { services, viewer }: Context,
  info: GraphQLResolveInfo,
  text: Uint8Array | null,
): void {
  const bytes = text?.byteLength ?? 0
  if (bytes < MIN_CHARGED_BYTES) return
  const total = (held.get(info.variableValues) ?? 0) + bytes
  if (total > MAX_BYTES) {
    throw new RequestError(
      'QUERY_TOO_EXPENSIVE',
      `An answer holds at most ${MAX_BYTES / 1024 / 1024} MiB of texts: ask for shorter pages.`,
    )
  }
  held.set(info.variableValues, total)
  services.work.charge(viewer, bytes / BYTES_PER_POINT)
}
