import { fold, foldedKey } from './fold.ts'

/** A word of any length is found by what comes first in it. */
const MAX_WORD = 40
/** The most words that a person is found by. */
export const MAX_WORDS = 32
/** A name of a script without spaces is this long at most; in a longer one the first characters are found. */
const MAX_STARTS = 16

/** What comes between words; anything else, as % and _, is part of one. */
const SEPARATORS = /[\s\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}'"‚„.,;:/·・]+/u
/** Marks of direction, soft hyphens and the like: copied along with a name, and not to be seen. */
const UNSEEN = /\u00ad|\u061c|[\u200b\u200e\u200f]|[\u202a-\u202e]|[\u2060-\u2069]|\ufeff/gu
/** Scripts that put no space between the family name and the given one. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const ONLY_UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u

const DOMAIN = /(?<=.)@.*$/u

/** What a person is found by, as it is stored beside name and address; the database refuses one without the other. */
export interface SearchedBy {
  nameFolded: string
  searchWords: string[]
  searchSource: string
}

/** What a person of this name and e-mail address is found by: the words of both, the address up to its @. */
export function searchedBy(name: string, email: string | null): SearchedBy {
  const local = email?.slice(0, email.lastIndexOf('@')) ?? ''
  const words = [...tokens(name), ...inOneWord(tokens(name)), ...tokens(local)].flatMap((token) => {
    const parts = split(token)
    // O'Brien and Anne-Marie are written in one word, too.
    return [...parts, ...(parts.length > 1 ? [parts.join('')] : [])].flatMap(startsOf)
  })
  const known = words.length > 0 ? words : [unseenDropped(name)]
  return {
    nameFolded: foldedKey(name),
    searchWords: [...new Set(known.map(cut))].slice(0, MAX_WORDS),
    searchSource: `${name}\n${email ?? ''}`,
  }
}

/** 山田 太郎 is written 山田太郎, too. */
function inOneWord(name: string[]): string[] {
  return name.length > 1 && name.every((token) => ONLY_UNSPACED.test(token)) ? [name.join('')] : []
}

/** The words of a folded search text, each of which begins a word of whoever is found; of an address, what is before its @. */
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

/** The word, and in a script without spaces what is left of it from each character on. */
function startsOf(word: string): string[] {
  if (!UNSPACED.test(word)) return [word]
  const characters = [...word]
  return characters.slice(0, MAX_STARTS).map((_, at) => characters.slice(at).join(''))
}

function cut(word: string): string {
  return [...word].slice(0, MAX_WORD).join('')
}
