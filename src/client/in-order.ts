/**
 * Runs pieces of work with the same key one after another, in the order of the calls. A failed one does not stop the
 * others.
 */
export type InOrder = <T>(key: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Creates an independent order. Work that has not begun when its signal aborts is rejected with the signal's reason.
 */
export function createInOrder(): InOrder {
  const lasts = new Map<string, Promise<unknown>>()
  return (key, work, signal) => {
    const before = lasts.get(key) ?? Promise.resolve()
    const done = before.then(() => (signal.aborted ? Promise.reject(signal.reason) : work()))
    const last = done.catch(() => {})
    lasts.set(key, last)
    void last.then(() => {
      if (lasts.get(key) === last) lasts.delete(key)
    })
    return new Promise((resolve, reject) => {
      done.then(resolve, reject)
      const leave = () => reject(signal.reason)
      if (signal.aborted) leave()
      signal.addEventListener('abort', leave)
      // Removing the listener allows the signal, and all that its listeners reference, to be collected.
      void last.then(() => signal.removeEventListener('abort', leave))
    })
  }
}
