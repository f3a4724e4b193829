/** Returns a new random key. `crypto.randomUUID` is missing on a page that has come without TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('')
}
