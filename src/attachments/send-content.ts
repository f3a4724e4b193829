import type { ServerResponse } from 'node:http'

/**
 * Writes the bytes of a file and ends the answer. Waits for each buffer to be gone before it asks for the next, which may be the same
 * one, so that a download takes no more memory than a buffer, however slow its reader is. Throws if the connection ends before.
 */
export async function sendContent(response: ServerResponse, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const each of bytes) await write(response, each)
  response.end()
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('The connection has ended.'))
    response.once('close', onClose)
    response.write(bytes, (error) => {
      response.off('close', onClose)
      if (error) reject(error)
      else resolve()
    })
  })
}
