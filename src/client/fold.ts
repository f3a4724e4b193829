const MARKS_THAT_FOLD = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu
/** Letters without a decomposition, and their usual replacements on other keyboards. */
const PLAIN_LETTERS: Record<string, string> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ł: 'l', ŧ: 't', ŋ: 'n' },
  // Alef, yeh, kaf and teh marbuta have different forms on Arabic, Persian and Urdu keyboards.
  ...{ ٱ: 'ا', ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' },
  ...{ ƀ: 'b', ȼ: 'c', ɇ: 'e', ǥ: 'g', ɨ: 'i', ɉ: 'j', ɍ: 'r', ʉ: 'u', ɏ: 'y', ƶ: 'z', ĸ: 'k', ς: 'σ' },
}
const LETTERS_TO_REPLACE = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'gu')
/** Vowel signs and elongation in Arabic, Hebrew and Syriac, which writers leave out. */
const VOWEL_SIGNS =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a]/gu
/** Writers leave out the hamza and the madda of an alef. Those of other letters are part of the letter. */
const MARKS_OF_ALEF = /(?<=\u0627)[\u0653-\u0655]+/gu
/** The apostrophe of keyboards, its replacement by word processors, and characters that are typed instead of it. */
const APOSTROPHES = /[`\u00b4\u2018\u2019\u201b\u02bc\u05f3]/gu
const HYPHENS = /[\u2010\u2011]/gu
/** Invisible characters: marks of direction, soft hyphens, invisible spaces. A joiner counts between emoji. */
const UNSEEN =
  /(?!\u200d)\p{Default_Ignorable_Code_Point}|\u200d(?!\p{Extended_Pictographic})|[\ufff9-\ufffb]/gu
/**
 * Sorting marks takes quadratic time, and no real letter has this many. The two halfwidth signs of Kana become marks by
 * decomposition.
 */
const STACKED_MARKS = /([\p{M}\uff9e\uff9f]{16})[\p{M}\uff9e\uff9f]+/gu
/** Maximum length of a folded text. One character may expand to 18, so this bounds the work. */
const MAX_FOLDED = 65_536
const ONLY_ASCII = /^[\0-\x7f]*$/u
const GERSHAYIM =
  /(?<=[\u05d0-\u05ea][\u0591-\u05bd\u05bf-\u05c7]{0,4})(?:["\u201c-\u201f\u05f4]|['\u2019\u05f3]{2})(?=[\u05d0-\u05ea])/gu
/** White space between characters of scripts that are written without spaces. */
const BREAKS_WITHIN_RUNS =
  /(?<=[\p{Script=Han}\p{Script=Hira}\p{Script=Kana}\p{Script=Thai}\p{Script=Laoo}\p{Script=Khmr}\p{Script=Mymr}\p{M}])\s+(?=[\p{Script=Han}\p{Script=Hira}\p{Script=Kana}\p{Script=Thai}\p{Script=Laoo}\p{Script=Khmr}\p{Script=Mymr}])/gu

/**
 * Returns the form in which texts are compared: compatibility-decomposed; without case, invisible characters and the
 * vowel signs of Arabic and Hebrew; and without marks in Latin, Greek and Cyrillic, where writers leave them out. In
 * other scripts marks are kept because they distinguish words (が is not か). Letters such as ø and ß equal their
 * replacements, and apostrophes and hyphens of all kinds are equal. A line break within a Chinese word is removed.
 */
export function fold(text: string): string {
  if (ONLY_ASCII.test(text)) return text.toLowerCase().replaceAll('`', "'").replace(/\s+/gu, ' ').trim()
  return withOneGershayim(text.replace(UNSEEN, ''))
    .replace(APOSTROPHES, "'")
    .replace(HYPHENS, '-')
    .replace(STACKED_MARKS, '$1')
    .normalize('NFKD')
    .slice(0, MAX_FOLDED)
    .toLowerCase()
    .replace(LETTERS_TO_REPLACE, (letter) => PLAIN_LETTERS[letter] ?? letter)
    .replace(VOWEL_SIGNS, '')
    .replace(MARKS_OF_ALEF, '')
    .replace(MARKS_THAT_FOLD, '$1')
    .normalize('NFC')
    .replace(BREAKS_WITHIN_RUNS, (space) => (isOneLineBreak(space) ? '' : space))
    .replace(/\s+/gu, ' ')
    .trim()
}

/** Replaces the quotation marks that are typed within Hebrew abbreviations by the proper mark (צה"ל, צה״ל). */
export function withOneGershayim(text: string): string {
  return text.replace(GERSHAYIM, '\u05f4')
}

function isOneLineBreak(space: string): boolean {
  return space.match(/\r\n|[\n\r\u2028\u2029]/gu)?.length === 1
}
