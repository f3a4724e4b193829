import type { IncomingHttpHeaders } from 'node:http'

/** The bytes from one place to another, which is the first that is not sent. */
export interface ByteRange {
  from: number
  to: number
}

/**
 * Returns the range that a request asks for (RFC 9110, section 14). Null means the whole: for none, for several at once, for another
 * unit, and for a file that is no longer the one of If-Range.
 */
export function byteRange(
  { range, 'if-range': ifRange }: IncomingHttpHeaders,
  size: number,
  etag: string,
): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range ?? '') ?? []
  if (first === '' && last === '') return null
  if (ifRange !== undefined && ifRange !== etag) return null
  if (first === '') {
    const length = Math.min(size, Number(last))
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size }
  }
  const from = Number(first)
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < from) return null
  return from >= size ? 'unsatisfiable' : { from, to }
}
