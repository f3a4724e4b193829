import { z } from 'zod'
import { type InputIssue, InvalidInputError } from './errors.ts'
import { decodeId, type NodeType } from './ids.ts'
import { hasUpTo } from './text/graphemes.ts'
import { singleLine } from './text/single-line.ts'

/**
 * Matches visible characters. White space, control characters, joiners, variation selectors, fillers, noncharacters,
 * and blank letters and signs (braille, music, hieroglyphs, Khitan, Brahmi, Tifinagh) are invisible.
 */
const VISIBLE =
  /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u2d7f\ufffc\u{1d159}\u{13441}\u{13442}\u{16fe4}\u{1107f}]/u

/** Parses an operation's input. Throws InvalidInputError with all problems and their paths. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    parsed.error.issues.map((issue): InputIssue => ({ path: issue.path.map(String), detail: issue.message })),
  )
}

/** An id of the given type, decoded to its UUID. */
export function id(type: NodeType) {
  return z.string().transform((value, context) => {
    const decoded = decodeId(value)
    if (decoded?.type === type) return decoded.uuid
    const found = decoded
      ? `This is the id of a ${decoded.type}, not of a ${type}.`
      : `This is not an id of a ${type}.`
    context.addIssue({ code: 'custom', message: found })
    return z.NEVER
  })
}

/** At most 1,000 different ids of the given type. */
export function ids(type: NodeType) {
  return z
    .array(z.unknown())
    .max(1000, { error: 'At most 1,000 ids are taken at once.', abort: true })
    .pipe(z.array(id(type)))
    .transform((list) => [...new Set(list)])
}

/**
 * Well-formed text of at most `maxBytes` bytes of UTF-8. PostgreSQL stores no NUL, and a lone surrogate is half a
 * character. The length is checked first, so that an oversized text costs no further work.
 */
export function text(maxBytes: number, what = 'The text') {
  return z
    .string()
    .refine((value) => value.length <= maxBytes && Buffer.byteLength(value) <= maxBytes, {
      error: `${what} is longer than ${maxBytes < 1024 ? `${maxBytes} bytes` : `${maxBytes / 1024} KiB`} of UTF-8.`,
      abort: true,
    })
    .refine((value) => !value.includes('\0'), { error: 'A NUL character cannot be stored.' })
    .refine((value) => value.isWellFormed(), { error: 'The text holds half a character (a lone surrogate).' })
}

/**
 * Text of at most `max` user-perceived characters (grapheme clusters) and 16 KiB, because a character may carry any
 * number of marks.
 */
export function shortText(max: number, what?: string, maxBytes = 16 * 1024) {
  return text(maxBytes, what).refine((value) => hasUpTo(max, value), {
    error: `At most ${max} characters are allowed.`,
  })
}

/** Text with at least one visible character. */
export function visible<Schema extends z.ZodType<string>>(schema: Schema, what: string) {
  return schema.refine((value) => VISIBLE.test(value), { error: `${what} must not be empty.`, abort: true })
}

/** A title or name: one line of up to 255 characters without spaces at its ends. A line break becomes a space. */
export function lineText(what: string) {
  return visible(shortText(255, what), what).transform(singleLine)
}

/** Maximum length of a message's body in bytes of UTF-8. */
export const MAX_BODY_BYTES = 32 * 1024
/** Maximum length of a subject in grapheme clusters. */
export const MAX_SUBJECT_LENGTH = 255

/** A message body: up to 32 KiB of UTF-8, never truncated. */
export const bodyText = visible(text(MAX_BODY_BYTES, 'The body'), 'The body')

/** A subject: up to 255 characters, stored as it was written. */
export const subjectText = visible(shortText(MAX_SUBJECT_LENGTH, 'The subject'), 'The subject')
