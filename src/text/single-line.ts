/** The text as one line without spaces around it: a run of white space with a line break or tab in it becomes one space. */
export function singleLine(value: string): string {
  return value.replace(/[\s\u0085]+/gu, (space) => (/[^\p{Zs}]/u.test(space) ? ' ' : space)).trim()
}
