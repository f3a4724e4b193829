/**
 * The message of an error without the rest of it: the error of a refused AUTH carries the password. The message of a failed
 * fetch is in its cause, and Node reports a host with several addresses as an AggregateError without a message.
 */
export function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  if (!(first instanceof Error)) return String(first)
  return first.cause instanceof Error && first.cause.message ? first.cause.message : first.message
}
