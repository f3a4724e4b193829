/** No issuer's keys come near this size. */
const MAX_BYTES = 512 * 1024

/**
 * Fetches a document of the issuer, at most 512 KiB after decompression. The signal bounds the time of the whole,
 * including the body. Throws the errors of fetch, and an Error for a larger document.
 */
export async function fetchBounded(
  url: string | URL,
  init: RequestInit & { signal: AbortSignal },
): Promise<Response> {
  const response = await fetch(url, init)
  const { status, headers } = response
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    return new Response(null, { status })
  }
  const type = headers.get('content-type') ?? 'application/json'
  return new Response(await readBody(response.body), { status, headers: { 'content-type': type } })
}

async function readBody(body: ReadableStream<Uint8Array>): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  // Leaving the loop cancels the stream, so no more is received.
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > MAX_BYTES) throw new Error(`it answers with more than ${MAX_BYTES / 1024} KiB`)
    chunks.push(new Uint8Array(chunk))
  }
  return new Blob(chunks)
}
