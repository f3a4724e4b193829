import { fold } from './fold.ts'

/**
 * A piece of a text as search compares it: a word, or a run of characters of a script that sets no spaces between its
 * words, where any part can be asked for.
 */
export interface Segment {
  kind: 'word' | 'run'
  text: string
}

/** Han, Kana, Thai, Lao, Khmer and Myanmar; punctuation that they share with others is left out. */
const RUN =
  /((?:(?=[\p{L}\p{M}\p{N}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])+)/u
/** Soft hyphens, invisible spaces and variation selectors: people do not see them, nor type them when they search. */
const UNSEEN = /[\u00ad\u200b\u200c\u2060\ufeff\p{Variation_Selector}]/gu
/** The apostrophe that keyboards have, and those that word processors make of it. */
const APOSTROPHES = /[\u2019\u02bc\uff07]/gu
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u

const words = new Intl.Segmenter('und', { granularity: 'word' })

/** The pieces of a text in order, folded; punctuation is left out, and an emoji is a word. */
export function searchSegments(text: string): Segment[] {
  // Splitting by a group gives what lies between its matches and the matches in turn.
  return fold(text.replace(UNSEEN, '').replace(APOSTROPHES, "'"))
    .split(RUN)
    .flatMap((part, index): Segment[] => {
      if (index % 2 === 1) return [{ kind: 'run', text: part }]
      return [...words.segment(part)]
        .filter(({ segment, isWordLike }) => isWordLike || EMOJI.test(segment))
        .map(({ segment }) => ({ kind: 'word', text: segment }))
    })
}

/** Each two neighbouring characters of a run; of a run of one, that one. */
export function pairsOf(run: string): string[] {
  const characters = [...run]
  return characters.length === 1
    ? characters
    : characters.slice(1).map((each, index) => characters[index] + each)
}
