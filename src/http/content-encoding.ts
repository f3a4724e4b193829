import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** The supported encodings, best first. */
export const contentEncodings = ['br', 'gzip'] as const
export type ContentEncoding = (typeof contentEncodings)[number]

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)
/** Higher levels take ten times as long to save a tenth more. */
const BROTLI_QUALITY = 5

/** Returns the encoding of the answer. Undefined means uncompressed. */
export function acceptedEncoding(accept: string | undefined): ContentEncoding | undefined {
  const weights = new Map(
    (accept ?? '').split(',').map((entry) => {
      const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return [name === 'x-gzip' ? 'gzip' : name, Number(weight ?? 1)]
    }),
  )
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  const [best] = [...contentEncodings].sort((a, b) => weightOf(b) - weightOf(a))
  return best && weightOf(best) > 0 ? best : undefined
}

/** Compresses in a thread of libuv, so that the event loop is not blocked. */
export function compress(body: Uint8Array | string, encoding: ContentEncoding): Promise<Buffer> {
  if (encoding === 'gzip') return gzipped(body)
  return brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
}
