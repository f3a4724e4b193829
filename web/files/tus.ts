/** A request that may succeed later: no answer came, the server was not able to, or somebody else works on the upload. */
export class PassingFailure extends Error {}

const PASSING = [409, 423, 429]

/**
 * Sends a request of the tus protocol (tus.io). Returns the number of bytes that the server has; null if it knows nothing of the
 * upload. Throws PassingFailure, and any other error if it refuses.
 */
export async function askTus(
  url: string,
  method: 'HEAD' | 'PATCH' | 'DELETE',
  { headers, ...init }: RequestInit = {},
): Promise<number | null> {
  const answer = await fetch(url, {
    ...init,
    method,
    headers: { 'Tus-Resumable': '1.0.0', ...headers },
  }).catch(() => {
    throw new PassingFailure()
  })
  if (answer.status === 404 || answer.status === 410) return null
  if (answer.status >= 500 || PASSING.includes(answer.status)) throw new PassingFailure()
  if (!answer.ok) throw new Error(`The upload has failed with status ${answer.status}.`)
  return Number(answer.headers.get('Upload-Offset'))
}
