import { randomUUID } from 'node:crypto'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose'
import type { SigningAlgorithm } from '../env/signing-algorithms.ts'

const algorithm = 'EdDSA' satisfies SigningAlgorithm
const secretName = 'development-issuer'
const companyClaim = 'company_id'
const defaultLifeSeconds = 12 * 60 * 60

/** Stores secrets by name. Concurrent callers with the same name get the same secret. */
export type SecretStore = {
  readOrCreateSecret(name: string, make: () => Promise<string>): Promise<string>
}

/** The contents of a development token. `companyId` becomes the company claim. */
type DevelopmentToken = {
  subject: string
  companyId?: string | undefined
  /** Seconds; 12 hours by default. */
  expiresInSeconds?: number | undefined
}

/** An issuer that signs tokens with a key of this installation, for use without an identity provider. */
export type DevelopmentIssuer = {
  readonly issuer: 'colloquy-development'
  readonly audience: 'colloquy'
  readonly algorithms: readonly SigningAlgorithm[]
  readonly companyClaim: string
  /** The public keys. */
  readonly jwks: JSONWebKeySet
  mint(token: DevelopmentToken): Promise<string>
}

type Ed25519PrivateJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string; d: string }

/**
 * Opens the issuer with the key in the store, and creates the key on first use. Throws if the stored key is unreadable.
 */
export async function openDevelopmentIssuer(secrets: SecretStore): Promise<DevelopmentIssuer> {
  const privateJwk = parsePrivateJwk(await secrets.readOrCreateSecret(secretName, makePrivateJwk))
  const { kty, crv, x } = privateJwk
  const kid = await calculateJwkThumbprint({ kty, crv, x })
  const signingKey = await importJWK(privateJwk, algorithm)
  const issuer = 'colloquy-development'
  const audience = 'colloquy'

  return {
    issuer,
    audience,
    algorithms: [algorithm],
    companyClaim,
    jwks: { keys: [{ kty, crv, x, kid, alg: algorithm, use: 'sig' }] },
    mint({ subject, companyId, expiresInSeconds = defaultLifeSeconds }) {
      const issuedAt = Math.floor(Date.now() / 1000)
      return new SignJWT(companyId === undefined ? {} : { [companyClaim]: companyId })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + expiresInSeconds)
        .setJti(randomUUID())
        .sign(signingKey)
    },
  }
}

async function makePrivateJwk(): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return JSON.stringify(await exportJWK(privateKey))
}

function parsePrivateJwk(secret: string): Ed25519PrivateJwk {
  const { kty, crv, x, d } = parseJwk(secret)
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined || d === undefined) throw unreadable()
  return { kty: 'OKP', crv: 'Ed25519', x, d }
}

function parseJwk(secret: string): JWK {
  try {
    const parsed: JWK | null = JSON.parse(secret)
    return parsed ?? {}
  } catch {
    throw unreadable()
  }
}

function unreadable(): Error {
  return new Error(
    `The secret "${secretName}" is not an Ed25519 key; without it a new one is made, and tokens of the old one end.`,
  )
}
