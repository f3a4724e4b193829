import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchHits } from '../../src/client/search.ts'
import { searchSegments } from '../../src/client/segments.ts'

/** The text with its hits in brackets. */
function marked(text: string, searched: string): string {
  const hits = searchHits(text, searched)
  return hits.reduceRight(
    (rest, { start, end }) => `${rest.slice(0, start)}[${rest.slice(start, end)}]${rest.slice(end)}`,
    text,
  )
}

describe('the hits of a search', () => {
  it.each([
    ['Die Straße nach Zürich', 'strasse ZURICH', 'Die [Straße] nach [Zürich]'],
    ['A café, a CAFE\u0301 and a cafeteria', 'cafe', 'A [café], a [CAFE\u0301] and a cafeteria'],
    ['See invoice.pdf, not invoices', 'invoice', 'See [invoice].pdf, not invoices'],
    ['“So it goes”, it goes on', '"it goes"', '“So [it] [goes]”, [it] [goes] on'],
    ['東京都の会議', '京都', '東[京都]の会議'],
    ['회의는 내일', '회의', '[회의]는 내일'],
    ['Ship it 👍🏽 now', '👍', 'Ship it [👍🏽] now'],
    ['The ﬁle', 'file', 'The [ﬁle]'],
    ['צה"ל הודיע', 'צה״ל', '[צה"ל] הודיע'],
    ['مُحَمَّد كتب', 'محمد', '[مُحَمَّد] كتب'],
    ['Nothing here', 'elsewhere', 'Nothing here'],
    ['Nothing here', '...', 'Nothing here'],
    ['', 'word', ''],
  ])('in %j for %j', (text, searched, expected) => {
    expect(marked(text, searched)).toBe(expected)
  })

  it('hold every word that the server finds in a text, whatever it is written with', () => {
    const part = fc.constantFrom(
      ...['Straße', 'CAFÉ', 'cafe\u0301', 'Ελλάς', 'йод', '東京', 'ひらがな', '회의', 'สวัสดี', 'صَلَاة', 'צה״ל'],
      ...[
        '👍🏽',
        '👩‍👩‍👧',
        '🇩🇪',
        'a.b',
        "don't",
        '1,000',
        '\u00ad',
        '\u200b',
        'ﬁ',
        'x',
        ' ',
        ', ',
        '\n',
        '-',
      ],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        for (const { kind, text: word } of searchSegments(text)) {
          const found = searchHits(text, word).map(({ start, end }) => text.slice(start, end))
          // A line break within a run, which the server leaves out, may stand between its hits.
          if (kind === 'word' || !text.includes('\n'))
            expect([text, word, found.length > 0]).toEqual([text, word, true])
          for (const hit of found) {
            for (const segment of searchSegments(hit))
              expect([text, segment.text]).toEqual([text, expect.stringContaining(word)])
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are in order and apart', () => {
    const letters = fc.array(fc.constantFrom('a', 'á', 'b', ' ', '東', '京', '👍'), { maxLength: 30 })
    fc.assert(
      fc.property(letters, letters, (text, searched) => {
        let last = -1
        for (const { start, end } of searchHits(text.join(''), searched.join(''))) {
          expect(start).toBeGreaterThan(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
      }),
    )
  })
})
