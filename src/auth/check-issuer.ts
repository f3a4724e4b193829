import { importJWK, type JWK } from 'jose'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { fetchBounded } from './fetch-bounded.ts'

const answerWithinMs = 5_000

/**
 * Fetches the issuer's keys and returns the number of keys that can verify a token. Throws StartupProblem if there is
 * none.
 */
export async function assertUsableKeys(jwksUrl: URL, algorithms: readonly string[]): Promise<number> {
  const keys = await fetchKeys(jwksUrl)
  const usable = await Promise.all(keys.map((key) => isUsable(key, algorithms)))
  const count = usable.filter(Boolean).length
  if (count > 0) return count
  throw new StartupProblem(
    `None of the ${keys.length} keys at ${jwksUrl} signs with ${algorithms.join(', ')}. Correct OIDC_ALGORITHMS or OIDC_JWKS_URL.`,
  )
}

async function fetchKeys(jwksUrl: URL): Promise<JWK[]> {
  try {
    const response = await fetchBounded(jwksUrl, { signal: AbortSignal.timeout(answerWithinMs) })
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    const body: unknown = await response.json()
    if (typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)) {
      return body.keys.filter((key) => typeof key === 'object' && key !== null)
    }
    throw new Error('it does not answer with a key set')
  } catch (error) {
    throw new StartupProblem(
      `The token issuer's keys cannot be fetched from ${jwksUrl}: ${reasonOf(error)}. Correct OIDC_JWKS_URL, or the way there.`,
    )
  }
}

async function isUsable(key: JWK, algorithms: readonly string[]): Promise<boolean> {
  if (key.use !== undefined && key.use !== 'sig') return false
  const candidates = algorithms.filter((algorithm) => fits(key, algorithm))
  const imported = await Promise.allSettled(candidates.map((algorithm) => importJWK(key, algorithm)))
  return imported.some(({ status }) => status === 'fulfilled')
}

function fits({ alg, kty }: JWK, algorithm: string): boolean {
  if (alg !== undefined && alg !== algorithm) return false
  if (algorithm === 'EdDSA') return kty === 'OKP'
  return kty === (algorithm.startsWith('ES') ? 'EC' : 'RSA')
}
