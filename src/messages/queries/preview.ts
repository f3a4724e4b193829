import type { Context } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { firstGraphemes } from '../../text/graphemes.ts'
import { singleLine } from '../../text/single-line.ts'
import type { MessageRow } from '../message-row.ts'
import { readText } from './message-text.ts'

/** Number of grapheme clusters of a preview unless another is asked for. */
export const DEFAULT_PREVIEW = 140
/** Maximum number of grapheme clusters of a preview. */
export const MAX_PREVIEW = 1_000

/**
 * Returns the beginning of a message's body on one line, null once it is retracted. Throws BAD_USER_INPUT unless the length is 1
 * to 1,000 grapheme clusters.
 */
export async function previewOf(
  context: Context,
  message: MessageRow,
  length: number | null | undefined,
): Promise<string | null> {
  const max = length ?? DEFAULT_PREVIEW
  if (max < 1 || max > MAX_PREVIEW) {
    throw new RequestError('BAD_USER_INPUT', '`length` must be 1 to 1,000.')
  }
  const body = await readText(context, message, 'body')
  return body === null ? null : firstGraphemes(max, singleLine(body))
}
