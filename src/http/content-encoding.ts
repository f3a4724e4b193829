import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** The encodings there are, the better first. */
export const contentEncodings = ['br', 'gzip'] as const
export type ContentEncoding = (typeof contentEncodings)[number]

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)
/** Higher ones take ten times as long for a tenth less. */
const BROTLI_QUALITY = 5

/** The encoding to answer in; undefined: as it is. */
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

/** Compresses beside the event loop. */
export function compress(body: Uint8Array | string, encoding: ContentEncoding): Promise<Buffer> {
  if (encoding === 'gzip') return gzipped(body)
  return brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
}
