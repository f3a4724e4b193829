/** A link within a text. */
export interface Link {
  index: number
  lastIndex: number
  url: string
  text: string
}

/** A message without end would block the page. */
const MAX_LINKED = 20_000
/** Endings of hosts that are links without a scheme; any other needs one, or `www.`. */
const ENDINGS =
  'com|org|net|info|edu|gov|biz|app|dev|io|eu|de|at|ch|fr|be|nl|uk|ie|it|es|pt|pl|cz|dk|se|no|fi|us|ca|au|jp|cn|in|br'
/** Looking back keeps the search linear: a long word is read once. */
const LINK = new RegExp(
  `(?<![\\p{L}\\p{N}@./-])(?:https?://|mailto:|www\\.|(?:[\\p{L}\\p{N}-]+\\.)+(?:${ENDINGS})(?![\\p{L}\\p{N}.@-]*[\\p{L}\\p{N}@]))[^\\s<>"\`{}|\\\\^\\u3000-\\u303f\\uff00-\\uff65]*`,
  'giu',
)
/** Signs that belong to the sentence around a link, unless more of the link follows them. */
const AFTER = new Set(".,;:!?'*_~…)]»”’\u060c\u061b\u061f")
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' }

/** Finds the links that are safe to open. */
export function findLinks(body: string): Link[] {
  return Array.from(body.slice(0, MAX_LINKED).matchAll(LINK)).flatMap(({ 0: found, index }) => {
    const text = withoutTail(found)
    const url = /^(https?|mailto):/i.test(text) ? text : `https://${text}`
    return URL.canParse(url) ? [{ index, lastIndex: index + text.length, url, text }] : []
  })
}

/** Cuts off what ends the sentence. A bracket stays if it was opened within the link. Each sign is looked at once. */
function withoutTail(found: string): string {
  const unopened = new Map(
    Object.entries(OPENING).map(([closing, opening]) => [
      closing,
      count(found, closing) - count(found, opening),
    ]),
  )
  let end = found.length
  for (; end > 0; end -= 1) {
    const last = found[end - 1] ?? ''
    const more = unopened.get(last)
    if (!AFTER.has(last) || (more !== undefined && more <= 0)) break
    if (more !== undefined) unopened.set(last, more - 1)
  }
  return found.slice(0, end)
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}
