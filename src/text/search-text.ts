import { fold } from '../client/fold.ts'
import { RequestError } from '../errors.ts'

const MAX_LENGTH = 200

/** Returns the folded search text, or null if there is none. Throws BAD_USER_INPUT for an invalid text. */
export function searchText(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  if (text.length > MAX_LENGTH)
    throw new RequestError('BAD_USER_INPUT', `A search takes at most ${MAX_LENGTH} characters.`)
  requireWellFormed(text, 'The search text')
  return fold(text) || null
}

/** Throws BAD_USER_INPUT if PostgreSQL cannot store the text. `what` names it. */
export function requireWellFormed(text: string, what: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return
  throw new RequestError('BAD_USER_INPUT', `${what} holds a NUL or half a character.`)
}
