class DeadlineError extends Error {
  override name = 'DeadlineError'
}

/** A timer that fires this late was delayed because this process was blocked. */
const STALL_MS = 100
/** Maximum number of delays that extend the deadline. */
const MAX_STALLS = 3

/**
 * Resolves like the answer, or rejects with `DeadlineError` after `ms` milliseconds without one. If this process was
 * blocked, the time starts again, at most three times. The work may still be done.
 */
export function withDeadline<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = wait(MAX_STALLS)

    function wait(stallsLeft: number): NodeJS.Timeout {
      const due = performance.now() + ms
      return setTimeout(() => {
        // The command may not even have been sent, so it gets its full time again.
        if (stallsLeft > 0 && performance.now() - due > STALL_MS) timer = wait(stallsLeft - 1)
        // After a block, timers run before sockets are read, so an answer that has already arrived must win.
        else setImmediate(() => reject(new DeadlineError(`no answer within ${ms} ms`)))
      }, ms)
    }

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
