import type { Strings } from '../locales/en.ts'

const MAX_PREVIEW = 160

/** The beginning of a message on one line; the number of its files if it has no words. */
export function previewOf(
  { body, attachments }: { body: string | null; attachments: readonly unknown[] },
  text: Strings,
): string {
  if (body === null) return ''
  return body.slice(0, MAX_PREVIEW).replace(/\s+/g, ' ') || text.files(attachments.length)
}
