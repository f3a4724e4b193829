import { z } from 'zod'
import { parseInput, text, visible } from '../input.ts'

/** An idempotency key of 1 to 128 characters. */
export const idempotencyKey = visible(text(1024, 'The idempotency key'), 'The idempotency key').refine(
  hasUpTo128CodePoints,
  {
    error: 'An idempotency key has at most 128 characters.',
  },
)

const headerSchema = z.object({ idempotencyKey })

/** Returns the key of the input, or else of the Idempotency-Key header. Throws InvalidInputError. */
export function readIdempotencyKey(
  context: { idempotencyKey: string | undefined },
  given: string | null | undefined,
): string | null {
  if (given != null) return given
  const header = context.idempotencyKey
  return header === undefined ? null : parseInput(headerSchema, { idempotencyKey: header }).idempotencyKey
}

/** True for at most 128 code points. Some take two UTF-16 units. */
export function hasUpTo128CodePoints(value: string): boolean {
  return value.length <= 256 && [...value].length <= 128
}
