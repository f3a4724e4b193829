import { Readable } from 'node:stream'
import { calling } from './calling.ts'

/** Bytes to send, and their number. Each buffer is valid until the next is asked for. */
export interface SizedBody {
  bytes: number
  stream: AsyncIterable<Buffer>
}

/**
 * Sends bytes as they come. The SDK does not hear of a stream that fails, so the request is aborted: then S3 keeps nothing of it. Throws
 * the error of the stream, and StoreBusyError.
 */
export async function sendBody(
  { stream }: SizedBody,
  signal: AbortSignal,
  send: (body: Readable, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const broken = new AbortController()
  let cause: unknown
  const body = Readable.from(copied(stream), { objectMode: false })
  body.on('error', (error) => {
    cause = error
    broken.abort()
  })
  try {
    await calling(send(body, AbortSignal.any([signal, broken.signal])))
  } catch (error) {
    throw cause ?? error
  } finally {
    body.destroy()
  }
}

/** A stream holds several buffers before they are sent. */
async function* copied(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const bytes of stream) yield Buffer.from(bytes)
}
