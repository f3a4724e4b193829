/** A number in JSON text that JavaScript cannot represent exactly. */
export interface InexactNumber {
  path: (string | number)[]
  text: string
}

/** Matches numbers that may be inexact. Numbers of fewer than sixteen digits without an exponent are always exact. */
const SUSPECT = /\d[eE]|[\d.]{16}/
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
/** No double needs this many characters, and longer numbers would take time. */
const MAX_CHARACTERS = 400
/** This many significant digits distinguish all doubles. */
const DOUBLE_DIGITS = 17

/** Returns the first inexact number below the properties `within`. The text must be valid JSON. */
export function inexactNumber(json: string, within: readonly string[]): InexactNumber | undefined {
  if (!SUSPECT.test(json)) return undefined
  const path: (string | number)[] = []
  let name = ''
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at] ?? ''
    const top = path.length - 1
    if (character === '"') {
      const end = endOfString(json, at)
      name = json.slice(at, end + 1)
      at = end
    } else if (character === '{') path.push('')
    else if (character === '[') path.push(0)
    else if (character === '}' || character === ']') path.pop()
    else if (character === ':') path[top] = JSON.parse(name)
    else if (character === ',' && typeof path[top] === 'number') path[top] += 1
    else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at
      const text = NUMBER.exec(json)?.[0] ?? character
      if (within.every((step, depth) => path[depth] === step) && !isExact(text)) return { path, text }
      at += text.length - 1
    }
  }
  return undefined
}

/** True if a number has the same value after being read and written, or is another spelling of the same double. */
export function isExact(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return false
  const value = Number(text)
  if (!Number.isFinite(value)) return false
  const { digits, exponent } = decimal(text)
  const isSame = (other: string) => {
    const written = decimal(other)
    return written.digits === digits && written.exponent === exponent
  }
  if (isSame(String(value))) return true
  // Some languages print more digits of a fraction than needed.
  return exponent < 0 && digits.length <= DOUBLE_DIGITS && isSame(value.toPrecision(digits.length || 1))
}

/** Returns the error message for the caller. */
export function inexactNumberText({ path, text }: InexactNumber): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return `The number ${shown} at ${path.join('.')} cannot be kept exactly: send it as a string.`
}

/** Returns a number's significant digits without zeros at either end, and its exponent of ten. */
function decimal(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const significant = (whole + fraction).replace(/^0+/, '')
  const digits = significant.replace(/0+$/, '')
  if (digits === '') return { digits, exponent: 0 }
  return { digits, exponent: Number(power) - fraction.length + significant.length - digits.length }
}

/** Returns the end of the string that starts here, or the end of the text. */
export function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end < 0 ? json.length : end
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}
