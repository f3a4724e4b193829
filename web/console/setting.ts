/** A setting, how it is edited, and the names that lead to it. */
export interface Setting {
  name: string
  /** `number?` and `text?` may be empty; `lines` are one word in each line; `limits` are pairs of numbers. */
  kind: 'switch' | 'number' | 'number?' | 'text?' | 'time?' | 'lines' | 'limits' | readonly string[]
  max?: number
  min?: number
}

type Value = unknown

/** The value of a setting below the root, such as `spam.mentions`. */
export function valueAt(root: object, name: string): Value {
  return name
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], root)
}

/** Returns the text or switch that a form shows for a value. */
export function shownOf({ kind }: Setting, value: Value): string | boolean {
  if (kind === 'switch') return Boolean(value)
  if (kind === 'lines') return ((value as readonly string[] | null) ?? []).join('\n')
  if (kind === 'limits') {
    const windows = (value as readonly { max: number; perSeconds: number }[] | null) ?? []
    return windows.map(({ max, perSeconds }) => `${max} / ${perSeconds}`).join('\n')
  }
  return value === null || value === undefined ? '' : String(value)
}

/** The value that a form's text stands for; what cannot be read is left to the server to refuse. */
function storedOf({ kind }: Setting, shown: string | boolean): Value {
  if (typeof shown === 'boolean') return shown
  const text = shown.trim()
  if (kind === 'lines') return text.split(/\s+/).filter(Boolean)
  if (kind === 'limits') {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return lines.length === 0 ? null : lines.map(windowOf)
  }
  if (text === '' && kind !== 'number') return null
  return kind === 'number' || kind === 'number?' ? Math.trunc(Number(text)) : text
}

/** The input of a mutation with the changed settings, nested as their names say. */
export function inputOf(
  settings: readonly Setting[],
  changed: Readonly<Record<string, string | boolean>>,
): object {
  const input: Record<string, Value> = {}
  for (const setting of settings) {
    const shown = changed[setting.name]
    if (shown === undefined) continue
    const [first = '', second] = setting.name.split('.')
    const value = storedOf(setting, shown)
    input[first] = second ? { ...(input[first] as object), [second]: value } : value
  }
  return input
}

function windowOf(line: string): { max: number; perSeconds: number } {
  const [max = 0, perSeconds = 0] = (line.match(/\d+/g) ?? []).map(Number)
  return { max, perSeconds }
}
