import { z } from 'zod'
import { type InputIssue, InvalidInputError } from './errors.ts'
import { decodeId, type NodeType } from './ids.ts'

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
/** Anything but white space, controls, and what is drawn as nothing: joiners, variation selectors, fillers, blank braille. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Parses an operation's input; throws InvalidInputError with everything that is wrong and where. */
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

/** At most 1,000 different ids of the given type (bulk inputs are bounded). */
export function ids(type: NodeType) {
  return z
    .array(id(type))
    .max(1000, { error: 'At most 1,000 ids are taken at once.' })
    .transform((list) => [...new Set(list)])
}

/** Well-formed text: PostgreSQL stores no NUL, and a lone surrogate is half a character. */
export function text() {
  return z
    .string()
    .refine((value) => !value.includes('\0'), { error: 'A NUL character cannot be stored.' })
    .refine((value) => value.isWellFormed(), { error: 'The text holds half a character (a lone surrogate).' })
}

/** Text of at most `max` characters as a person counts them (grapheme clusters). */
export function shortText(max: number) {
  return text().refine((value) => countsUpTo(value, max), { error: `At most ${max} characters are allowed.` })
}

/** Text with something to see in it. */
export function visible<Schema extends z.ZodType<string>>(schema: Schema, what: string) {
  return schema.refine((value) => VISIBLE.test(value), { error: `${what} must not be empty.`, abort: true })
}

/** A message body: up to 32 KiB of UTF-8, never truncated (features 3.1). */
export const bodyText = visible(text(), 'The body').refine((value) => Buffer.byteLength(value) <= 32 * 1024, {
  error: 'The body is longer than 32 KiB of UTF-8.',
})

/** A subject: up to 255 grapheme clusters. Spread over several code points each, it still ends at 16 KiB. */
export const subjectText = visible(shortText(255), 'The subject').refine(
  (value) => Buffer.byteLength(value) <= 16 * 1024,
  {
    error: 'The subject is longer than 16 KiB of UTF-8.',
  },
)

function countsUpTo(value: string, max: number): boolean {
  if (value.length <= max) return true
  let count = 0
  for (const _ of graphemes.segment(value)) {
    count += 1
    if (count > max) return false
  }
  return true
}
