/** Runs pieces of work one after another, in the order in which they were given. A piece that fails does not stop the next. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}
