import { endOfString } from './exact-numbers.ts'

/** Members of all objects and entries of all lists; the largest input, of 1,000 members, has half as many. */
const MAX_VALUES = 15_000
/** Maximum number of values in one object. The metadata of a message contain fewer. */
const MAX_KEYS = 1_000

/** In words for the caller. */
export const tooManyValues = `At most ${MAX_VALUES.toLocaleString('en')} values are taken at once, and ${MAX_KEYS.toLocaleString('en')} in one object: divide the request.`

/**
 * True for a text of JSON with more values than any input has. Whatever reads values does some microseconds of work for each, and what
 * validates an object writes all of its keys for each one that is wrong: a megabyte of them would hold everybody up for seconds.
 */
export function hasTooManyValues(json: string): boolean {
  let values = 0
  // Keys of the objects that are open; of lists, whose lengths each field bounds itself, none are counted.
  const keys: number[] = []
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === '}' || character === ']') keys.pop()
    else if (character === '{' || character === '[' || character === ',') {
      values += 1
      if (character === '{') keys.push(1)
      else if (character === '[') keys.push(Number.NEGATIVE_INFINITY)
      else keys.push((keys.pop() ?? 0) + 1)
      if (values > MAX_VALUES || (keys.at(-1) ?? 0) > MAX_KEYS) return true
    }
  }
  return false
}
