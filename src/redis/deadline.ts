class DeadlineError extends Error {
  override name = 'DeadlineError'
}

/** A timer that is so late was held up by this very process. */
const STALL_MS = 100
/** A process that is held up again and again is not to wait for ever. */
const MAX_STALLS = 3

/**
 * Resolves like the answer, or rejects with a `DeadlineError` once `ms` milliseconds passed without one, those in which
 * this process was held up not counted, up to three times; the work may still be done.
 */
export function withDeadline<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = wait(MAX_STALLS)

    function wait(stallsLeft: number): NodeJS.Timeout {
      const due = performance.now() + ms
      return setTimeout(() => {
        // Perhaps nothing was even sent: it has all its time again.
        if (stallsLeft > 0 && performance.now() - due > STALL_MS) timer = wait(stallsLeft - 1)
        // After a stall of this process timers run before sockets are read: an answer already here must win.
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
