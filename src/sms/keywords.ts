import { fold } from '../client/fold.ts'

/** The meaning of an incoming message. REVIEW: it reads as a wish to stop, which a person decides. */
export type Keyword = 'STOP' | 'START' | 'YES' | 'HELP' | 'REVIEW'

const STOP = ['stop', 'stopall', 'unsubscribe', 'end', 'quit', 'cancel', 'revoke', 'optout']
const WORDS: ReadonlyMap<string, Keyword> = new Map([
  ...STOP.map((word) => [word, 'STOP'] as const),
  ['start', 'START'],
  ['unstop', 'START'],
  ['yes', 'YES'],
  ['help', 'HELP'],
  ['info', 'HELP'],
])

/** Wordings besides the keywords that a recipient may revoke consent with (47 CFR 64.1200(a)(10)). */
const WISHES = [
  /\b(please|pls|plz|can you|could you)?\s*stop\b/,
  /\b(unsubscribe|opt(ing)?[ -]?out|revoke)\b/,
  /\b(remove|delete|take) (me|my (number|phone))\b/,
  /\b(do not|don't|dont|never|no longer) (\w+ )?(text|message|contact|sms|write)/,
  /\bno more (texts?|messages?|sms)\b/,
  /\bleave me alone\b/,
  /\b(keine|nicht) (\w+ )?(nachrichten|sms) mehr\b|\b(abmelden|abbestellen)\b/,
]

/**
 * Reads a message as a keyword. A keyword stands alone: any case, full-width letters, punctuation and spaces around it make no
 * difference. `stopWords` are further words of the company that mean STOP. Undefined for any other message.
 */
export function readKeyword(body: string, stopWords: readonly string[] = []): Keyword | undefined {
  const folded = fold(body)
  const word = bareWord(folded)
  if (word === '') return undefined
  if (stopWords.some((stop) => bareWord(fold(stop)) === word)) return 'STOP'
  return (
    WORDS.get(word.replaceAll(/[ -]/g, '')) ??
    (WISHES.some((wish) => wish.test(folded)) ? 'REVIEW' : undefined)
  )
}

function bareWord(folded: string): string {
  return folded
    .replaceAll(/[^\p{L}\p{M}\p{N} -]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
