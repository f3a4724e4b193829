import { expect } from 'vitest'

/** The forms in which a text would show in a dump, a log or a wire. */
export function disguises(canary: string): string[] {
  const bytes = Buffer.from(canary)
  // Base64 of the inner bytes, whatever stands before them.
  const base64 = [0, 1, 2].map((skip) =>
    bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 3)).toString('base64'),
  )
  return [canary, bytes.toString('hex'), ...base64]
}

/** Fails where a text shows in any form. */
export function assertAbsent(haystack: string, canary: string) {
  for (const form of disguises(canary)) expect(haystack.toLowerCase()).not.toContain(form.toLowerCase())
}
