import { createDeadlines } from '../concurrency/deadlines.ts'

/** Subscriptions and sockets end at most this much after their access token. Nothing is delivered in the meantime. */
const TICK_MS = 1_000

/** The ends of the access tokens of all subscriptions and sockets of this process. */
export const expiries = createDeadlines(TICK_MS)
