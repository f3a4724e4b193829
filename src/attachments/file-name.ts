import type { z } from 'zod'
import { shortText } from '../input.ts'
import { singleLine } from '../text/single-line.ts'

/** Characters that turn around how a name is read, so that `exe.gpj` looks like a picture; and those that nobody sees. */
const DECEIVING = /[\p{Cc}\p{Bidi_Control}\p{Noncharacter_Code_Point}\ufeff]/gu
const MAX_BYTES = 1_024

/**
 * A file name: its last part, on one line, without what deceives a reader or leads to another folder. A name of which nothing
 * is left is `file`.
 */
export const fileName = shortText(255, 'The file name', MAX_BYTES).transform((given) => {
  const [last = ''] = singleLine(given).split(/[/\\]/).slice(-1)
  const name = last.replaceAll(DECEIVING, '').replace(/^[\s.]+|[\s.]+$/g, '')
  return name === '' ? 'file' : name
}) satisfies z.ZodType<string>
