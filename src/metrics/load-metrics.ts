import { Counter, Gauge, Histogram } from 'prom-client'
import { metrics } from './metrics.ts'

// The load that the process bounds: waits for connections and turns, and the calls that it turned away. No label names a
// person, a conversation or a company.

const WAITS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Pools of connections to PostgreSQL. */
export type PoolName =
  | 'serving'
  | 'system'
  | 'measuring'
  | 'sealing'
  | 'batches'
  | 'positions'
  | 'replica'
  | 'replica positions'

/** Time that statements and transactions wait for a connection, by pool. */
export const poolWait = new Histogram({
  name: 'colloquy_pool_wait_seconds',
  help: 'Seconds that a statement or transaction waits for a connection to PostgreSQL, by pool, its opening included.',
  labelNames: ['pool'],
  buckets: WAITS,
  registers: [metrics],
})

/** Statements and transactions that got no connection in time, by pool. */
export const poolFailures = new Counter({
  name: 'colloquy_pool_failures_total',
  help: 'Statements and transactions that got no connection to PostgreSQL, by pool.',
  labelNames: ['pool'],
  registers: [metrics],
})

/** Decisions of rate limits. */
export const rateLimitDecisions = new Counter({
  name: 'colloquy_rate_limit_decisions_total',
  help: 'Calls that rate limits accepted or refused.',
  labelNames: ['outcome'],
  registers: [metrics],
})

/** Reasons to refuse work. */
export type WorkRefusal = 'budget' | 'company' | 'waiting' | 'overload' | 'send'

/** Operations and messages that were refused because there was too much work. */
export const workRefused = new Counter({
  name: 'colloquy_work_refused_total',
  help: "Operations refused because of a person's budget (budget), a company's quota (company) or too many of a person's that wait (waiting), because of the work of others (overload), and messages because more is sent than can be stored (send).",
  labelNames: ['reason'],
  registers: [metrics],
})

/** Time that operations wait for their turn. */
export const workWait = new Histogram({
  name: 'colloquy_work_wait_seconds',
  help: 'Seconds that an operation waits for its turn: of all operations (operation), of expensive ones and events (dear).',
  labelNames: ['gate'],
  buckets: WAITS,
  registers: [metrics],
})

/** Events that subscriptions read to catch up. */
export const replayedEvents = new Histogram({
  name: 'colloquy_live_replayed_events',
  help: 'Missed events that a subscription was given before it joined those of now.',
  buckets: [0, 1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000],
  registers: [metrics],
})

/** Age of the oldest job that should have begun. */
export const jobsOldest = new Gauge({
  name: 'colloquy_jobs_oldest_seconds',
  help: 'Seconds for which the oldest job that should have begun has waited.',
  registers: [metrics],
})
