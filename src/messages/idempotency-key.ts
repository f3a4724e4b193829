import { z } from 'zod'
import type { Context } from '../context.ts'
import { parseInput, text, visible } from '../input.ts'

/** A key that makes a retried write the same write, 1 to 128 characters. */
export const idempotencyKey = visible(text(1024, 'The idempotency key'), 'The idempotency key').refine(
  hasUpTo128CodePoints,
  {
    error: 'An idempotency key has at most 128 characters.',
  },
)

const headerSchema = z.object({ idempotencyKey })

/** The key of a write: the input's, or that of the Idempotency-Key header. Throws InvalidInputError. */
export function readIdempotencyKey(context: Context, given: string | null | undefined): string | null {
  if (given != null) return given
  const header = context.idempotencyKey
  return header === undefined ? null : parseInput(headerSchema, { idempotencyKey: header }).idempotencyKey
}

/** True for up to 128 characters, whatever they take in UTF-16. */
export function hasUpTo128CodePoints(value: string): boolean {
  return value.length <= 256 && [...value].length <= 128
}
