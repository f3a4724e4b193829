import { signal } from '@preact/signals'

/** The server repeats it every three seconds and forgets it after six. */
const LASTS_MS = 6_500

/** Those who type in a conversation. */
export class Typing {
  /** Their names, by their ids. */
  readonly names = signal<ReadonlyMap<string, string>>(new Map())
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()

  note(id: string, name: string, typing: boolean): void {
    clearTimeout(this.#timers.get(id))
    const next = new Map(this.names.value)
    if (typing) {
      next.set(id, name)
      this.#timers.set(
        id,
        setTimeout(() => this.note(id, name, false), LASTS_MS),
      )
    } else if (!next.delete(id)) return
    this.names.value = next
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.names.value = new Map()
  }
}
