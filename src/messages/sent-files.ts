import { ids, MAX_BODY_BYTES, text } from '../input.ts'

const MAX_FILES = 10

/** The files of a message or broadcast, in their order. */
export const fileIds = ids('Attachment').refine((list) => list.length <= MAX_FILES, {
  error: `A message has at most ${MAX_FILES} files.`,
})

/** The body of a message with files, which need say nothing. */
export const textWithFiles = text(MAX_BODY_BYTES, 'The body')

/** True if an input that was not parsed names files. */
export function hasFiles(input: unknown): boolean {
  const given = (input as { attachmentIds?: unknown } | null)?.attachmentIds
  return Array.isArray(given) && given.length > 0
}
