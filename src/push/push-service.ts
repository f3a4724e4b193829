import { request as requestPlainly } from 'node:http'
import { request } from 'node:https'
import type { LookupFunction } from 'node:net'
import {
  isAddress,
  isPublicAddress,
  PrivateAddressError,
  publicLookup,
  type Resolve,
} from './public-address.ts'
import type { PushEndpoint } from './push-endpoint.ts'
import type { VapidKey } from './vapid-key.ts'

/** The outcome of a push: the push service took it, knows no such browser any more, or failed. */
export type PushOutcome =
  | { outcome: 'DONE' }
  | { outcome: 'GONE' }
  | { outcome: 'FAILED'; reason: string; status?: number; retryAfterMs?: number }

/** A message to a browser. The topic replaces an earlier message of the same one that the browser has not got yet. */
export interface PushMessage {
  payload: string
  topic: string
}

/** Sends messages to browsers. */
export interface PushService {
  /** The key that browsers subscribe with. */
  publicKey: string
  /** An origin that is accepted besides push services, for tests. */
  testOrigin: string | undefined
  /** Encrypts a message for a browser and hands it to its push service. Does not throw. */
  push(to: PushEndpoint, message: PushMessage, signal: AbortSignal): Promise<PushOutcome>
}

/** The settings of web push. */
export interface PushServiceOptions {
  key: VapidKey
  /** A mailto: or https: address by which push services reach the operator. */
  subject: string
  testOrigin?: string | undefined
  /** Looks up names, for tests. */
  resolve?: Resolve | undefined
}

/** A message that no browser has fetched after a day is out of date. */
const TTL_SECONDS = 24 * 60 * 60
const ANSWER_WITHIN_MS = 5_000
const MAX_RETRY_AFTER_SECONDS = 3_600

/** Creates the sender of push messages. Redirects are not followed. */
export function createPushService({ key, subject, testOrigin, resolve }: PushServiceOptions): PushService {
  const lookup = publicLookup(resolve)
  return {
    publicKey: key.publicKey,
    testOrigin,
    async push({ endpoint, p256dh, auth }, { payload, topic }, signal) {
      try {
        // Loaded with the first message, because most processes send none.
        const { default: webPush } = await import('web-push')
        const { headers, body } = webPush.generateRequestDetails(
          { endpoint, keys: { p256dh, auth } },
          payload,
          {
            vapidDetails: { subject, ...key },
            TTL: TTL_SECONDS,
            topic,
            urgency: 'normal',
            contentEncoding: 'aes128gcm',
          },
        )
        const url = new URL(endpoint)
        const isTest = url.origin === testOrigin
        return outcomeOf(await post(url, headers, body, { signal, lookup: isTest ? undefined : lookup }))
      } catch (error) {
        return { outcome: 'FAILED', reason: error instanceof Error ? error.message : 'unknown' }
      }
    },
  }
}

interface Answer {
  status: number
  retryAfter: string | undefined
}

/** Without a look-up, the address is that of a test, and may be of any kind. */
function post(
  url: URL,
  headers: object,
  body: Buffer | null,
  { signal, lookup }: { signal: AbortSignal; lookup: LookupFunction | undefined },
): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (lookup && isAddress(host) && !isPublicAddress(host))
    return Promise.reject(new PrivateAddressError('The address is not public.'))
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { ...headers },
      agent: false as const,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      ...(lookup && { lookup }),
    }
    const call = (url.protocol === 'http:' ? requestPlainly : request)(url, options, (response) => {
      // Nothing of the answer matters but its status.
      response.destroy()
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] })
    })
    call.on('error', reject)
    call.end(body)
  })
}

function outcomeOf({ status, retryAfter }: Answer): PushOutcome {
  if (status >= 200 && status < 300) return { outcome: 'DONE' }
  if (status === 404 || status === 410) return { outcome: 'GONE' }
  const seconds = Number(retryAfter)
  const waits = Number.isFinite(seconds) && seconds > 0
  return {
    outcome: 'FAILED',
    reason: `the push service answers ${status}`,
    status,
    ...(waits && { retryAfterMs: Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000 }),
  }
}
