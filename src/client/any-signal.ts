/** The signals that each signal depends on, kept alive as long as it is. */
const sources = new WeakMap<AbortSignal, AbortSignal[]>()

/**
 * Returns a signal that aborts with the first of these. AbortSignal.any holds its sources weakly in Node 20 to 24, so a
 * timeout that nothing else references is collected before it fires (nodejs/node#57736).
 */
export function anySignal(...signals: AbortSignal[]): AbortSignal {
  const any = AbortSignal.any(signals)
  sources.set(any, signals)
  return any
}
