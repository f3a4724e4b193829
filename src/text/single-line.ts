/** Returns the text as one line without spaces at its ends. White space with a line break or tab becomes one space. */
export function singleLine(value: string): string {
  return value.replace(/[\s\u0085]+/gu, (space) => (/[^\p{Zs}]/u.test(space) ? ' ' : space)).trim()
}
