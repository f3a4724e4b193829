/** One holder's part in a shared value. */
export interface Hold<Value> {
  readonly value: Value
  /** Ends it. Called again, it does nothing. */
  release(): void
}

interface Entry<Key, Value> {
  readonly key: Key
  readonly value: Value
  holders: number
}

/** Values that several holders share, by key. Each exists from its first holder to its last. */
export class Shared<Key, Value> {
  readonly #entries = new Map<Key, Entry<Key, Value>>()
  readonly #onUnused: (value: Value) => void

  /** `onUnused` is called with a value when its last holder has left. */
  constructor(onUnused: (value: Value) => void = () => {}) {
    this.#onUnused = onUnused
  }

  /** Adds a holder, for whom the value is made unless there is one. */
  hold(key: Key, make: () => Value): Hold<Value> {
    const entry = this.#entries.get(key) ?? { key, value: make(), holders: 0 }
    this.#entries.set(key, entry)
    entry.holders += 1
    return new EntryHold(entry, this.#entries, this.#onUnused)
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value
  }

  /** Number of holders of a value. */
  holders(key: Key): number {
    return this.#entries.get(key)?.holders ?? 0
  }

  keys(): Key[] {
    return [...this.#entries.keys()]
  }

  values(): Value[] {
    return [...this.#entries.values()].map(({ value }) => value)
  }
}

/** A class, because there may be tens of thousands, and closures would take several times the memory. */
class EntryHold<Key, Value> implements Hold<Value> {
  readonly #entry: Entry<Key, Value>
  readonly #entries: Map<Key, Entry<Key, Value>>
  readonly #onUnused: (value: Value) => void
  #isReleased = false

  constructor(
    entry: Entry<Key, Value>,
    entries: Map<Key, Entry<Key, Value>>,
    onUnused: (value: Value) => void,
  ) {
    this.#entry = entry
    this.#entries = entries
    this.#onUnused = onUnused
  }

  get value(): Value {
    return this.#entry.value
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#entry.holders -= 1
    if (this.#entry.holders > 0) return
    this.#entries.delete(this.#entry.key)
    this.#onUnused(this.#entry.value)
  }
}
