import type { Sink } from 'graphql-ws'
import type { Answer, Data } from './client.ts'

/** Everything one subscription has received, and how it ended. */
export class Recorder implements AsyncDisposable {
  readonly answers: Answer[] = []
  /** The code and reason of the close, once the socket is closed. */
  closeEvent: { code: number; reason: string } | undefined
  error: unknown
  isComplete = false
  unsubscribe: () => void = () => {}
  onDispose: () => void | Promise<void> = () => {}
  readonly #waiting = new Set<() => void>()

  /** The events, by the name of the one root field. */
  get events(): Data[] {
    return this.answers.flatMap(({ data }) => (data ? Object.values(data) : []))
  }

  /** Waits for the rejection, and returns its first error. */
  rejection(): Promise<NonNullable<Answer['errors']>[number]> {
    return this.until(({ error, answers }) => (Array.isArray(error) ? error[0] : answers[0]?.errors?.[0]))
  }

  readonly sink: Sink<Answer> = {
    next: (answer) => {
      this.answers.push(answer as Answer)
      this.#wake()
    },
    error: (error) => this.fail(error),
    complete: () => {
      this.isComplete = true
      this.#wake()
    },
  }

  fail(error: unknown): void {
    this.error = error
    this.#wake()
  }

  closed(event: unknown): void {
    this.closeEvent = event as { code: number; reason: string }
    this.#wake()
  }

  /** Waits until the condition returns a value. Fails with everything received if nothing arrives for 30 s. */
  async until<T>(find: (recorder: this) => T | undefined | false): Promise<T> {
    let hasChanged = true
    for (;;) {
      const found = find(this)
      if (found !== undefined && found !== false) return found as T
      if (!hasChanged)
        throw new Error(`It did not come. Received: ${JSON.stringify({ ...this, '#waiting': undefined })}`)
      hasChanged = await this.#change(30_000)
    }
  }

  /** Waits for an event that matches. */
  event(matches: (event: Data) => boolean): Promise<Data> {
    return this.until(({ events }) => events.find(matches))
  }

  /** Waits for a number of events and returns them. */
  count(count: number): Promise<Data[]> {
    return this.until(({ events }) => events.length >= count && events)
  }

  async [Symbol.asyncDispose]() {
    this.unsubscribe()
    await this.onDispose()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Waits for a change and tells whether one came. */
  #change(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (hasChanged: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve(hasChanged)
      }
      const done = () => finish(true)
      const timer = setTimeout(() => finish(false), withinMs)
      this.#waiting.add(done)
    })
  }
}
