import { type Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'

/** Sends a body and resolves with the answer once its head is there. */
function call(url: string, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, resolve)
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends bytes; throws unless they are taken. */
export async function sendBytes(
  url: string,
  agent: Agent,
  body: Buffer,
  { method, headers = {} }: { method: string; headers?: Record<string, string> },
): Promise<void> {
  const answer = await call(
    url,
    { method, agent, headers: { ...headers, 'content-length': body.length } },
    body,
  )
  answer.resume()
  if (answer.statusCode !== 204) throw new Error(`An upload was answered with ${answer.statusCode}.`)
  await ended(answer)
}

/** Reads a file, or a range of it, and returns the number of bytes and the milliseconds until the first of them came. */
export async function readBytes(
  url: string,
  agent: Agent,
  range?: string,
): Promise<{ bytes: number; firstMs: number }> {
  const started = performance.now()
  const answer = await call(url, { agent, headers: range ? { range } : {} })
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`A download was answered with ${answer.statusCode}.`)
  let [bytes, firstMs] = [0, 0]
  answer.on('data', (chunk: Buffer) => {
    if (bytes === 0) firstMs = performance.now() - started
    bytes += chunk.length
  })
  await ended(answer)
  return { bytes, firstMs }
}

/** Begins a download and stops to read after its first bytes. Returns its end. */
export async function holdDownload(url: string, agent: Agent): Promise<() => void> {
  const answer = await call(url, { agent })
  await new Promise((resolve) => answer.once('readable', resolve))
  return () => answer.destroy()
}

function ended(answer: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.once('end', resolve)
    answer.once('error', reject)
    answer.once('aborted', () => reject(new Error('An answer broke off.')))
  })
}
