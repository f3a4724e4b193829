const MARKS_THAT_FOLD = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu

/**
 * The form in which texts are compared: compatibility-decomposed, without case, and without marks in Latin, Greek and
 * Cyrillic, where people leave them out; elsewhere marks carry meaning (が is not か). ß equals ss (design, blind index).
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(MARKS_THAT_FOLD, '$1')
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** An index entry of PostgreSQL holds 2,704 bytes; a name of any length sorts and is found by what comes first in it. */
const MOST_INDEXED = 600

/** The folded text as it is stored in an indexed column. */
export function foldedKey(text: string): string {
  return [...fold(text)].slice(0, MOST_INDEXED).join('')
}
