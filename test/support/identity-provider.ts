import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import type { IdentitySettings } from '../../src/env.ts'

/** A real OpenID provider on a port of its own, at which everybody signs in with any password. */
export interface IdentityProvider extends AsyncDisposable {
  /** The settings of a server that trusts it. */
  identity: IdentitySettings
  /** Opens for the pages at these addresses. */
  open(redirectUris: string[]): void
  /** Requests of the token endpoint so far, by grant. */
  grants: string[]
}

const AUDIENCE = 'https://chat.example/api'
const CLIENT = 'colloquy-pages'

/** Starts a provider whose access tokens are valid for a number of seconds. */
export async function startIdentityProvider({ tokenSeconds = 3_600 } = {}): Promise<IdentityProvider> {
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const grants: string[] = []
  return {
    identity: {
      issuer,
      audience: AUDIENCE,
      jwksUrl: new URL(`${issuer}/jwks`),
      algorithms: ['RS256'],
      tokenType: 'at+jwt',
      clockSkewSeconds: 0,
      memberClaim: 'sub',
      companyClaim: undefined,
      client: { id: CLIENT, scope: 'openid' },
    },
    grants,
    open(redirectUris) {
      const provider = createProvider(issuer, redirectUris, tokenSeconds)
      provider.on('grant.success', ({ oidc }) => grants.push(String(oidc.params?.grant_type)))
      answer = provider.callback()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function createProvider(issuer: string, redirect_uris: string[], tokenSeconds: number): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    clientBasedCORS: () => true,
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // Nobody is asked for consent: the client belongs to the provider's own company.
    issueRefreshToken: async () => true,
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  })
}
