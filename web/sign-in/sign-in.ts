import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'

/** The identity provider and the client, as the server writes them into the page. */
export interface SignInSettings {
  provider: AuthorizationServer & { authorization_endpoint: string; token_endpoint: string }
  clientId: string
  scope: string
  /** The audience that the server wants of access tokens. */
  audience: string
}

/** The person's way to access tokens, by authorization code with PKCE. Tokens are in memory alone. */
export interface SignIn {
  /** Leads to the identity provider, which leads back to this page. */
  begin(): Promise<void>
  /**
   * Takes the provider's answer from the address of the page. False if there is none. Throws AuthorizationResponseError and
   * others of oauth4webapi if the provider refuses, and TypeError if it does not answer.
   */
  finish(): Promise<boolean>
  /** Returns a token that is valid for now, or an empty one if the person has to sign in again. */
  token(): Promise<{ token: string; expiresAt?: number }>
  /** Forgets the tokens, and returns the address at which the provider ends its own session, if it has one. */
  end(): URL | undefined
}

/** Secrets of an attempt, which outlast the way to the provider and back in this tab alone. */
interface Attempt {
  state: string
  nonce: string
  verifier: string
  /** The query of the page's own address, such as `?company=Q29t…`: the provider knows the address without it. */
  query: string
}

/** The tokens of the person, and the time at which the access token expires, if the provider tells it. */
interface Held {
  answer: TokenEndpointResponse
  until: number | undefined
}

const KEPT = 'colloquy sign-in'
/** A token is replaced this long before it expires, as the elements do. */
const EARLY_MS = 30_000

/** Creates the way for one page. */
export function createSignIn(settings: SignInSettings): SignIn {
  const { provider, clientId } = settings
  const client: Client = { client_id: clientId }
  // The page itself has come without TLS then, from this machine or a trusted network.
  const options = { [allowInsecureRequests]: location.protocol === 'http:' }
  const redirectUri = `${location.origin}${location.pathname}`
  let held: Held | undefined

  async function refresh(refreshToken: string): Promise<void> {
    const before = held?.answer
    try {
      const response = await refreshTokenGrantRequest(provider, client, None(), refreshToken, options)
      // A provider that does not rotate gives the refresh token and the identity once.
      const answer = await processRefreshTokenResponse(provider, client, response)
      // The person may have signed out meanwhile.
      if (held?.answer === before) held = holding({ ...before, ...answer })
    } catch (error) {
      if (!(error instanceof ResponseBodyError)) throw error
      held = undefined
    }
  }

  return {
    async begin() {
      location.assign(await requestOf(newAttempt(), { ...settings, redirectUri }))
    },
    async finish() {
      const url = new URL(location.href)
      // A refusal without a state is one as well, which is told: the provider would be asked for ever.
      if (!['state', 'error'].some((name) => url.searchParams.has(name))) return false
      const attempt = takeAttempt()
      // The code can be used once, and stays in no history.
      history.replaceState(null, '', `${redirectUri}${attempt?.query ?? ''}`)
      if (!attempt) return false
      const { state, nonce, verifier } = attempt
      const answer = validateAuthResponse(provider, client, url, state)
      const grant = [answer, redirectUri, verifier, options] as const
      const response = await authorizationCodeGrantRequest(provider, client, None(), ...grant)
      held = holding(
        await processAuthorizationCodeResponse(provider, client, response, { expectedNonce: nonce }),
      )
      return true
    },
    async token() {
      const isOver = held?.until !== undefined && held.until - EARLY_MS < Date.now()
      if (isOver && held?.answer.refresh_token) await refresh(held.answer.refresh_token)
      else if (isOver) held = undefined
      if (!held) return { token: '' }
      const { answer, until } = held
      return { token: answer.access_token, ...(until !== undefined && { expiresAt: until }) }
    },
    end() {
      const hint = held?.answer.id_token
      held = undefined
      return endOf(provider, clientId, hint)
    },
  }
}

/** The address at which the provider asks the person. */
async function requestOf(
  { state, nonce, verifier }: Attempt,
  { provider, clientId, scope, audience, redirectUri }: SignInSettings & { redirectUri: string },
): Promise<URL> {
  const url = new URL(provider.authorization_endpoint)
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // Providers name the API by one of these; RFC 8707 knows addresses only.
    audience,
    ...(URL.canParse(audience) && { resource: audience }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/** Begins an attempt, which this tab keeps until the provider has answered. */
function newAttempt(): Attempt {
  const attempt = {
    state: generateRandomState(),
    nonce: generateRandomNonce(),
    verifier: generateRandomCodeVerifier(),
    query: location.search,
  }
  sessionStorage.setItem(KEPT, JSON.stringify(attempt))
  return attempt
}

/** Returns the attempt of this tab, which ends with its answer, if there is one. */
function takeAttempt(): Attempt | undefined {
  const kept = sessionStorage.getItem(KEPT)
  sessionStorage.removeItem(KEPT)
  return kept === null ? undefined : (JSON.parse(kept) as Attempt)
}

function holding(answer: TokenEndpointResponse): Held {
  const { expires_in: seconds } = answer
  return { answer, until: seconds === undefined ? undefined : Date.now() + seconds * 1000 }
}

/** The address at which the provider ends its own session, if it has one. */
function endOf(
  { end_session_endpoint }: AuthorizationServer,
  clientId: string,
  hint: string | undefined,
): URL | undefined {
  if (!end_session_endpoint) return undefined
  const url = new URL(end_session_endpoint)
  url.searchParams.set('client_id', clientId)
  if (hint) url.searchParams.set('id_token_hint', hint)
  return url
}
