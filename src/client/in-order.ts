/** Runs what has the same key one after the other, in the order that it was asked for; what fails holds nothing up. */
export type InOrder = <T>(key: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** Creates an order of its own. What has not begun when its signal aborts is rejected with the reason. */
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
      // A signal that is listened to is kept, with all that its listeners know.
      void last.then(() => signal.removeEventListener('abort', leave))
    })
  }
}
