/** What each signal depends on, for as long as the signal itself is there. */
const sources = new WeakMap<AbortSignal, AbortSignal[]>()

/**
 * Aborts with the first of the signals. AbortSignal.any alone holds them weakly in Node 20 to 24, and a time-out that
 * nobody else holds is collected before it comes (nodejs/node#57736).
 */
export function anySignal(...signals: AbortSignal[]): AbortSignal {
  const any = AbortSignal.any(signals)
  sources.set(any, signals)
  return any
}
