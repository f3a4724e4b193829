import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

/** Pixels of a picture, all of its frames together. */
const MAX_PIXELS = 50_000_000
/** Pixels of the longer side of a thumbnail. */
const THUMBNAIL_PIXELS = 480
const MAX_MS = 30_000
/** The child ends with it if it cannot load the library. */
const NO_LIBRARY = 78

/** A picture that was written anew, upright and without metadata. */
export interface ConvertedImage {
  refusal: null
  width: number
  height: number
  image: Buffer
  thumbnail: Buffer
}

/**
 * Writes a picture anew in a process of its own. A picture that cannot be decoded, takes too long or breaks the process is refused. Throws
 * where the library of pictures cannot be loaded.
 */
export async function convertImage(
  plain: AsyncIterable<Buffer>,
): Promise<ConvertedImage | { refusal: 'TYPE' | 'TOO_LARGE' }> {
  const program = fileURLToPath(new URL('./image-child.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, String(MAX_PIXELS), String(THUMBNAIL_PIXELS)], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: MAX_MS,
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'close')
  // A picture that cannot be stored must not be refused: its reading fails here.
  let unread: unknown
  const writing = pipeline(
    watched(plain, (error) => (unread = error)),
    child.stdin,
  ).catch(() => {})
  const said: Buffer[] = []
  for await (const bytes of child.stdout) said.push(bytes)
  await writing
  const [code] = await ended
  if (unread) throw unread
  if (code === NO_LIBRARY)
    throw new Error('The library of pictures, sharp, cannot be loaded on this machine.')
  return code === 0 ? readAnswer(Buffer.concat(said)) : { refusal: 'TYPE' }
}

async function* watched(
  plain: AsyncIterable<Buffer>,
  onError: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  try {
    // The reader of a file may use its buffer again.
    for await (const bytes of plain) yield Buffer.from(bytes)
  } catch (error) {
    onError(error)
    throw error
  }
}

function readAnswer(said: Buffer): ConvertedImage | { refusal: 'TYPE' | 'TOO_LARGE' } {
  const end = said.indexOf('\n')
  const { refusal, width, height, imageBytes } = JSON.parse(said.toString('utf8', 0, end))
  if (refusal !== null) return { refusal }
  const bytes = said.subarray(end + 1)
  return {
    refusal,
    width,
    height,
    image: bytes.subarray(0, imageBytes),
    thumbnail: bytes.subarray(imageBytes),
  }
}
