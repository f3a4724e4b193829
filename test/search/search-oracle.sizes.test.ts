import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fold } from '../../src/client/fold.ts'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { search } from './searching.ts'

const WORDS = [
  ...[
    'Straße',
    'STRASSE',
    'école',
    'Ecole',
    'naïve',
    'Σίσυφος',
    'σισυφοσ',
    'Ёлка',
    'елка',
    'İstanbul',
    'ﬁne',
    'fine',
  ],
  ...[
    'don’t',
    'acme.test',
    'foo_bar',
    '3.14',
    'कर्म',
    'कार्म',
    'سلام',
    'أحمد',
    'احمد',
    '👍',
    '👩‍💻',
    '❤️',
    '🇩🇪',
  ],
]
const RUNS = [
  '东京都',
  '东京',
  '京都',
  '在东',
  'がく',
  'かく',
  'ｶﾞｸ',
  'コーヒー',
  '한국어',
  '한국',
  '국어',
  'ภาษาไทย',
  'ภาษา',
  'ไทย',
  'ລາວ',
  'ភាសា',
  'မြန်မာ',
]
const isRun = (term: string) => RUNS.includes(term)

const text = fc
  .array(fc.tuple(fc.constantFrom(...WORDS, ...RUNS), fc.constantFrom(' ', ', ', '\n', ' – ')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.flat().join(''))
const query = fc.array(fc.constantFrom(...WORDS, ...RUNS), { minLength: 1, maxLength: 3 })

/** The text as a search compares it: whole words, separated by spaces and signs that no word contains. */
function naiveWords(plain: string): string[] {
  return fold(plain.replaceAll('\u{fe0f}', '')).split(/[ ,–]+/u)
}

function naiveMatch(plain: string, terms: string[], isQuoted: boolean): boolean {
  const folded = fold(plain)
  if (!isQuoted) {
    const words = naiveWords(plain)
    return terms.every((term) =>
      isRun(term) ? folded.includes(fold(term)) : words.includes(naiveWords(term)[0] ?? ''),
    )
  }
  // Next to one another: with the signs between them taken out, the folded phrase stands in the folded text.
  const words = naiveWords(plain)
  const wanted = terms.map((term) => naiveWords(term)[0] ?? '')
  return words.some((_, start) =>
    wanted.every((term, index) => {
      const word = words[start + index] ?? ''
      if (!isRun(terms[index] ?? '')) return word === term
      if (wanted.length === 1) return word.includes(term)
      if (index === 0) return word.endsWith(term)
      return index === wanted.length - 1 ? word.startsWith(term) : word === term
    }),
  )
}

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

it('finds what a naive comparison of the plain texts finds, in any language', async () => {
  const { alice, bob } = await app.company('Acme', { alice: 'owner', bob: 'member' })
  const said: string[] = []
  await fc.assert(
    fc.asyncProperty(text, query, fc.boolean(), async (body, terms, isQuoted) => {
      if (said.length < 90) {
        await alice.say({ recipientId: bob.userId }, body)
        said.unshift(body)
      }
      const asked = isQuoted ? `"${terms.join(' ')}"` : terms.join(' ')
      const expected = said.filter((plain) => naiveMatch(plain, terms, isQuoted))
      expect(await search(bob, asked, { first: 100 }), asked).toEqual(expected)
    }),
    { numRuns: 250, endOnFailure: true },
  )
})
