import { ECDH } from 'node:crypto'
import { z } from 'zod'
import { isAddress, isPublicAddress } from './public-address.ts'

/** How a browser is reached: where to, and by which keys messages are encrypted for it. */
export interface PushEndpoint {
  endpoint: string
  p256dh: string
  auth: string
}

const MAX_LENGTH = 2048
const BASE64URL = /^[\w-]+=*$/

/**
 * The address of a push service: https on port 443 at a name or a public address, without credentials. `testOrigin` is let
 * through, for tests.
 */
export function endpointAddress(testOrigin: string | undefined) {
  return z
    .string()
    .max(MAX_LENGTH, { error: `An endpoint has at most ${MAX_LENGTH} characters.`, abort: true })
    .refine(
      (value) =>
        URL.canParse(value) && (isAcceptable(new URL(value)) || new URL(value).origin === testOrigin),
      {
        error:
          'An endpoint is an https: address on port 443 of the public internet, as PushManager.subscribe gives it.',
      },
    )
}

function isAcceptable({ protocol, port, username, password, hostname }: URL): boolean {
  if (protocol !== 'https:' || port !== '' || username !== '' || password !== '') return false
  return !isAddress(hostname) || isPublicAddress(hostname.replace(/^\[|\]$/g, ''))
}

/** The browser's public key: a point of P-256, uncompressed, in base64url. */
export const p256dhKey = z.string().max(200).refine(isPoint, {
  error: 'p256dh is the key of the subscription: 65 bytes in base64url.',
})

/** The browser's secret: 16 bytes in base64url. */
export const authSecret = z
  .string()
  .max(100)
  .refine((value) => BASE64URL.test(value) && Buffer.from(value, 'base64url').length === 16, {
    error: 'auth is the secret of the subscription: 16 bytes in base64url.',
  })

function isPoint(value: string): boolean {
  const bytes = Buffer.from(value, 'base64url')
  if (!BASE64URL.test(value) || bytes.length !== 65 || bytes[0] !== 4) return false
  try {
    ECDH.convertKey(bytes, 'prime256v1')
    return true
  } catch {
    return false
  }
}
