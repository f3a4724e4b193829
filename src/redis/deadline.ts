class DeadlineError extends Error {
  override name = 'DeadlineError'
}

/** Resolves like the answer, or rejects with a `DeadlineError` once `ms` milliseconds passed without one; the work may still be done. */
export function withDeadline<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // After a stall of this process timers run before sockets are read: an answer already here must win.
      setImmediate(() => reject(new DeadlineError(`no answer within ${ms} ms`)))
    }, ms)
    answer.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
