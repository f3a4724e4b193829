import { fold } from '../client/fold.ts'
import { foldedKey } from './folded-key.ts'

/** Longer words are found by their beginning. */
const MAX_WORD = 40
/** Maximum number of words by which a person is found. */
export const MAX_WORDS = 32
/** Maximum length of a name in a script without spaces. Longer names are found by their first characters. */
const MAX_STARTS = 16

/** Characters that separate words. All others, such as % and _, are part of a word. */
const SEPARATORS = /[\s\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}'"‚„.,;:/·・]+/u
/** Invisible characters, such as marks of direction and soft hyphens, which are copied along with a name. */
const UNSEEN = /\u00ad|\u061c|[\u200b\u200e\u200f]|[\u202a-\u202e]|[\u2060-\u2069]|\ufeff/gu
/** Scripts without a space between family name and given name. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const ONLY_UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u

const DOMAIN = /(?<=.)@.*$/u

/** The words by which a person is found, stored beside name and address. The database rejects one without the other. */
export interface SearchedBy {
  nameFolded: string
  searchWords: string[]
  searchSource: string
}

/** Returns the words by which a person is found: those of the name, and of the e-mail address before its @. */
export function searchedBy(name: string, email: string | null): SearchedBy {
  const local = email?.slice(0, email.lastIndexOf('@')) ?? ''
  const words = [...tokens(name), ...inOneWord(tokens(name)), ...tokens(local)].flatMap((token) => {
    const parts = split(token)
    // O'Brien and Anne-Marie are also found as one word.
    return [...parts, ...(parts.length > 1 ? [parts.join('')] : [])].flatMap(startsOf)
  })
  const known = words.length > 0 ? words : [unseenDropped(name)]
  return {
    nameFolded: foldedKey(name),
    searchWords: [...new Set(known.map(cut))].slice(0, MAX_WORDS),
    searchSource: `${name}\n${email ?? ''}`,
  }
}

/** 山田 太郎 is also found as 山田太郎. */
function inOneWord(name: string[]): string[] {
  return name.length > 1 && name.every((token) => ONLY_UNSPACED.test(token)) ? [name.join('')] : []
}

/**
 * Returns the words of a folded search text. Each must begin a word of the person. Of an e-mail address only the part
 * before its @ is used.
 */
export function searchedWords(text: string): string[] {
  const words = tokens(text).flatMap((token) => split(token.replace(DOMAIN, '')))
  const all = [...new Set((words.length > 0 || text === '' ? words : [unseenDropped(text)]).map(cut))]
  return all.filter((word) => !all.some((other) => other !== word && other.startsWith(word)))
}

function tokens(text: string): string[] {
  return unseenDropped(text).split(' ')
}

function unseenDropped(text: string): string {
  return fold(text.replace(UNSEEN, ''))
}

function split(token: string): string[] {
  return token.split(SEPARATORS).filter((word) => word !== '')
}

/** Returns the word, and in a script without spaces also its remainder from each character on. */
function startsOf(word: string): string[] {
  if (!UNSPACED.test(word)) return [word]
  const characters = [...word]
  return characters.slice(0, MAX_STARTS).map((_, at) => characters.slice(at).join(''))
}

function cut(word: string): string {
  return [...word].slice(0, MAX_WORD).join('')
}
