import type { RedisOptions } from 'ioredis'
import { presenceScript } from './presence-script.ts'
import { rateLimitScript } from './rate-limit-script.ts'
import { sightingsScript } from './sightings-script.ts'

/** Time within which a command is answered. */
export const COMMAND_TIMEOUT_MS = 1_000
const RECONNECT_FIRST_MS = 50
const RECONNECT_MAX_MS = 2_000

/** The commands that Colloquy adds to a client. */
export const scripts = { ...rateLimitScript, ...presenceScript, ...sightingsScript }

/** The options of every connection: its commands fail fast instead of waiting. */
export const linkOptions = {
  disableClientInfo: true,
  connectTimeout: 2_000,
  disconnectTimeout: 500,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} satisfies RedisOptions

/**
 * The delay doubles up to a maximum. Half of it is random, so that many processes do not reconnect at the same time.
 */
export function reconnectDelayMs(attempt: number): number {
  const ceiling = Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** Math.min(attempt - 1, 10))
  return ceiling / 2 + (Math.random() * ceiling) / 2
}
