/** Says what went wrong without the rest of the error: that of a refused AUTH carries the password. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
