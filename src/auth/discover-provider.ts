import { z } from 'zod'
import { createPassedTime } from '../concurrency/passed-time.ts'
import { fetchBounded } from './fetch-bounded.ts'

const ANSWER_WITHIN_MS = 5_000
/** Time for which the document is used without asking again. */
const FRESH_MS = 60 * 60_000
const RETRY_MS = 2_000

const address = z.url({ protocol: /^https?$/ })
const document = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  end_session_endpoint: address.optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})

/** The part of an identity provider's discovery document that a browser signs in by. */
export type Provider = z.output<typeof document>

/**
 * Returns a function that gives the provider's document, at most an hour old, or an older one while it does not answer.
 * The function throws Error if the provider has never answered, or answers for another issuer.
 */
export function createDiscovery(
  issuer: string,
  now: () => number = createPassedTime(),
): () => Promise<Provider> {
  let known: Provider | undefined
  let askAgainAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    try {
      known = await fetchProvider(issuer)
      askAgainAt = now() + FRESH_MS
    } catch (error) {
      failure = error
      askAgainAt = now() + RETRY_MS
    }
  }

  return async () => {
    if (now() >= askAgainAt) {
      asking ??= ask().finally(() => {
        asking = undefined
      })
      await asking
    }
    if (!known) throw failure
    return known
  }
}

async function fetchProvider(issuer: string): Promise<Provider> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const response = await fetchBounded(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`)
  const provider = document.parse(await response.json())
  if (provider.issuer !== issuer) throw new Error(`${url} is the document of ${provider.issuer}.`)
  return provider
}
