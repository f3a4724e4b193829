import { fold } from '../client/fold.ts'
import { searchedBy, searchedWords } from '../text/person-words.ts'

/** Shorter beginnings would be shared by most guests. */
const MIN_BEGINNING = 3
const MAX_BEGINNING = 12
const MAX_WORDS = 12

/**
 * Returns the texts by which a name is found: each of its words and their beginnings of 3 to 12 characters. They are stored
 * as keyed hashes only.
 */
export function wordsOfName(name: string): string[] {
  const words = searchedBy(name, null).searchWords.slice(0, MAX_WORDS)
  return [...new Set(words.flatMap((word) => [word, ...beginningsOf(word)]))]
}

/** Returns the words that a search looks for. A word longer than 12 characters must be complete. */
export function wordsOfSearch(search: string): string[] {
  return searchedWords(fold(search)).slice(0, MAX_WORDS)
}

function beginningsOf(word: string): string[] {
  const characters = [...word]
  const longest = Math.min(characters.length - 1, MAX_BEGINNING)
  return Array.from({ length: Math.max(0, longest - MIN_BEGINNING + 1) }, (_, at) =>
    characters.slice(0, MIN_BEGINNING + at).join(''),
  )
}
