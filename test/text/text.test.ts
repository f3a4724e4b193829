import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/client/fold.ts'
import { searchSegments } from '../../src/client/segments.ts'
import { bodyText, lineText } from '../../src/input.ts'
import { firstGraphemes, hasUpTo } from '../../src/text/graphemes.ts'

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
const words = new Intl.Segmenter('und', { granularity: 'word' })
const CHARACTERS = [
  'a',
  'é',
  'e\u0301\u0323',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '🇩',
  '각',
  'ㄱ',
  'क्षि',
  'กำ',
  '\r\n',
  ' ',
  '👍🏽',
  '❤️',
  '\u200d',
  '1️⃣',
]
const WORDS = [
  'the',
  'doctor',
  'school',
  '3.14',
  "don't",
  'naive',
  'Σίσυφος',
  'Ёлка',
  'सलाम',
  'कर्म',
  'سلام',
  '한국어',
  'Straße',
  '2026',
  'x',
]

describe('counting characters', () => {
  it('equals segmenting the whole text at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 400 }),
        fc.integer({ min: 0, max: 500 }),
        (parts, max) => {
          const text = parts.join('')
          const clusters = Array.from(graphemes.segment(text), ({ segment }) => segment)
          expect(hasUpTo(max, text)).toBe(clusters.length <= max)
          expect(firstGraphemes(max, text)).toBe(clusters.slice(0, max).join(''))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('ends for a letter with marks without end', () => {
    expect(hasUpTo(255, `a${'\u0301'.repeat(8_000)}`)).toBe(true)
  })
})

describe('words', () => {
  it('are those that Unicode finds in ordinary text of any length', () => {
    const sentence = fc.array(
      fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(' ', ', ', '. ', ' – ', '\n', ' (', '! ')),
      {
        maxLength: 120,
      },
    )
    fc.assert(
      fc.property(sentence, (parts) => {
        const text = parts.flat().join('')
        const expected = [...words.segment(fold(text))]
          .filter(({ isWordLike }) => isWordLike)
          .map(({ segment }) => segment)
        const segments = searchSegments(text)
        const found = segments.reduce<string[]>((whole, { text: part, joinedBy }) => {
          if (joinedBy === undefined) whole.push(part)
          else whole.push(`${whole.pop()}${joinedBy}${part}`)
          return whole
        }, [])
        expect(found).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
})

describe('folding', () => {
  it('keeps no more than a few marks of one letter, those that become marks as they are decomposed included', () => {
    for (const marks of ['\u0301', '\u0315\u0316', '\u0315\uff9e', '\uff9f', `${'\u0315'.repeat(15)}\uff9e`])
      expect(fold(`か${marks.repeat(2_000)}`).length).toBeLessThan(20)
  })

  it.each([
    ['ISPARTA', 'ısparta'],
    ['Đorđe Ðorðe', 'dorde dorde'],
    ['Œuvre Ægir SØREN Łódź Ħal', 'oeuvre aegir soren lodz hal'],
    ['كَتَبَ', 'كتب'],
    ['أحمد إلى ٱلْقُرْآن یک مدرسة', 'احمد الي القران يك مدرسه'],
    ['L’été d´Art O`Neil', "l'ete d'art o'neil"],
    ['Jean‑Luc‐Marie', 'jean-luc-marie'],
    ['كـــتـب', 'كتب'],
    ['הִתִּקּוּן', 'התקון'],
    ['صه\u200fل\u061c', 'صهل'],
    ['in\u2063vis\u202eib\u00adle\u200d', 'invisible'],
    ['צה"ל צה״ל צה”ל', 'צה״ל צה״ל צה״ל'],
    ['中\n文 中\r\n  文', '中文 中文'],
    ['日本\u3000\n語', '日本語'],
  ])('makes %j equal %j', (one, other) => {
    expect(fold(one)).toBe(fold(other))
  })

  it.each([
    ['が', 'か'],
    ['中\n\n文', '中文'],
    ['中 文', '中文'],
    ['سؤال', 'سوال'],
    ['👩‍💻', '👩💻'],
  ])('keeps %j apart from %j', (one, other) => {
    expect(fold(one)).not.toBe(fold(other))
  })

  it('of a text twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => fold(fold(text)) === fold(text)),
    )
  })
})

describe('text with nothing to see', () => {
  it.each([
    '\u{1d159}',
    '\u{13441}',
    '\u{16fe4}',
    '\uffff',
    '\u{10ffff}',
    '\ufdd0',
    '\u2800\u3164',
    '\ufffc',
    '\u{13442} \u2d7f',
  ])('%j is no body and no title', (blank) => {
    expect(bodyText.safeParse(blank).success).toBe(false)
    expect(lineText('The title').safeParse(blank).success).toBe(false)
    expect(bodyText.safeParse(`${blank}a`).success).toBe(true)
  })
})
