import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The process's metrics, in the format of Prometheus. */
export const metrics = new Registry()

collectDefaultMetrics({ register: metrics })

/** 1 while rate limits are kept in process memory because Redis does not answer. */
export const rateLimiterFallback = new Gauge({
  name: 'colloquy_rate_limiter_fallback',
  help: '1 while rate limits are held in process memory because Redis does not answer.',
  registers: [metrics],
})

/** 1 while presence is kept in process memory because Redis does not answer. */
export const presenceFallback = new Gauge({
  name: 'colloquy_presence_fallback',
  help: '1 while presence is kept in process memory because Redis does not answer.',
  registers: [metrics],
})

/** Subscriptions to presence that this process serves. */
export const presenceWatches = new Gauge({
  name: 'colloquy_presence_watches',
  help: 'Open subscriptions to presence.',
  registers: [metrics],
})

/** Subscriptions that this process serves. */
export const liveSubscriptions = new Gauge({
  name: 'colloquy_live_subscriptions',
  help: 'Open subscriptions.',
  registers: [metrics],
})

/** Companies whose events this process follows. */
export const liveCompanies = new Gauge({
  name: 'colloquy_live_companies',
  help: 'Companies with an open subscription.',
  registers: [metrics],
})

/** Subscriptions that ended because their clients read too slowly. */
export const liveOverflows = new Counter({
  name: 'colloquy_live_overflows_total',
  help: 'Subscriptions that ended because their clients did not keep up.',
  registers: [metrics],
})

/** Time from a message's transaction to its answer for one person, which then goes to that person's sockets. */
export const liveLag = new Histogram({
  name: 'colloquy_live_lag_seconds',
  help: "Seconds from a message's transaction to its answer for one person, which then goes to that person's sockets.",
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [metrics],
})

/** Messages that went into the database together. */
export const sendBatchSize = new Histogram({
  name: 'colloquy_send_batch_messages',
  help: 'Messages that went into the database together.',
  buckets: [1, 2, 4, 8, 16, 32, 64],
  registers: [metrics],
})

/** How long the stages of a send take: waiting in the queue, and the database's part. */
export const sendStage = new Histogram({
  name: 'colloquy_send_stage_seconds',
  help: 'How long a message waits in the queue (queue), its batch takes in the database (batch), or it takes there on its own (alone).',
  labelNames: ['stage'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [metrics],
})

/**
 * Jobs that this process has run, by task and outcome: done, failed (will be repeated) or dead (failed for the last
 * time).
 */
export const jobsEnded = new Counter({
  name: 'colloquy_jobs_total',
  help: 'Jobs that ran, by task and outcome: done, failed (will be tried again) or dead (failed for good).',
  labelNames: ['task', 'outcome'],
  registers: [metrics],
})

/** Jobs in the queue of all processes whose time has come but that have not begun. */
export const jobsDue = new Gauge({
  name: 'colloquy_jobs_due',
  help: 'Jobs in the queue that should have begun.',
  registers: [metrics],
})

/** Jobs in the queue of all processes that have failed for the last time. */
export const jobsDead = new Gauge({
  name: 'colloquy_jobs_dead',
  help: 'Jobs in the queue that failed for good.',
  registers: [metrics],
})

/** Rows deleted after their retention time, by kind. */
export const purgedRows = new Counter({
  name: 'colloquy_purged_rows_total',
  help: 'Rows deleted because they were past their time, by kind.',
  labelNames: ['kind'],
  registers: [metrics],
})

/** WebSockets that are open in this process. */
export const openSockets = new Gauge({
  name: 'colloquy_open_sockets',
  help: 'WebSockets that are open in this process.',
  registers: [metrics],
})

/** Connections and subscriptions rejected because there were too many, by limit. */
export const refusedSockets = new Counter({
  name: 'colloquy_refused_total',
  help: 'What was refused because there was too much of it: sockets of a user or an address, messages, subscriptions.',
  labelNames: ['reason'],
  registers: [metrics],
})

/** 1 while Redis answers. At 0 live delivery continues through the database within a second. */
export const redisReady = new Gauge({
  name: 'colloquy_redis_ready',
  help: '1 while Redis answers. At 0 (also where none is used) live delivery goes on through the database, within a second.',
  registers: [metrics],
})

/** Operations by transport, and by whether their document was known: parsed, validated and costed before. */
export const operationsRun = new Counter({
  name: 'colloquy_operations_total',
  help: 'Operations, by transport and by document: known ones were parsed and validated before.',
  labelNames: ['transport', 'document'],
  registers: [metrics],
})

/** Time that queries and mutations take, by their root field and the way in. */
export const operationSeconds = new Histogram({
  name: 'colloquy_operation_seconds',
  help: 'Seconds that a query or mutation takes from its admission to its answer, by its root field (several if it has more than one), transport and outcome: answered, refused (the request was wrong or came too often) or failed (a fault of ours, or overload).',
  labelNames: ['field', 'transport', 'outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.18, 0.22, 0.35, 0.5, 1, 2.5, 5],
  registers: [metrics],
})

/** SMS handed to the provider, by outcome and by the code of what went wrong. */
export const smsSent = new Counter({
  name: 'colloquy_sms_total',
  help: "SMS handed to the provider, by outcome (ACCEPTED, REFUSED, LATER, UNKNOWN) and by the provider's code.",
  labelNames: ['outcome', 'code'],
  registers: [metrics],
})

/** SMS of all companies that wait for sending. */
export const smsQueued = new Gauge({
  name: 'colloquy_sms_queued',
  help: 'SMS of all companies that are due and wait to be sent.',
  registers: [metrics],
})

/** Age of the oldest SMS that waits. */
export const smsOldest = new Gauge({
  name: 'colloquy_sms_oldest_seconds',
  help: 'Seconds for which the oldest SMS that is due has waited.',
  registers: [metrics],
})

/** Webhooks of the SMS provider, by kind and outcome: taken or forged. */
export const webhooks = new Counter({
  name: 'colloquy_sms_webhooks_total',
  help: 'Webhooks of the SMS provider, by kind (inbound, status) and outcome (taken, forged).',
  labelNames: ['kind', 'outcome'],
  registers: [metrics],
})

/** Audit events that this process has sealed. */
export const sealedEvents = new Counter({
  name: 'colloquy_audit_sealed_total',
  help: 'Audit events that this process has sealed with signed checkpoints.',
  registers: [metrics],
})

/** Time from an audit event to the checkpoint that seals it. */
export const sealingLag = new Histogram({
  name: 'colloquy_audit_sealing_lag_seconds',
  help: 'Seconds from the oldest audit event of a checkpoint to its signature.',
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
  registers: [metrics],
})

/** Companies whose audit trail cannot be sealed. */
export const sealingRefused = new Gauge({
  name: 'colloquy_audit_refused_companies',
  help: 'Companies whose audit trail is not sealed any more, because it is behind a note that was signed before.',
  registers: [metrics],
})

/** Notes that could not be posted. */
export const notePostFailures = new Counter({
  name: 'colloquy_audit_note_post_failures_total',
  help: 'Attempts to post a note of the audit trail to AUDIT_NOTE_URL that have failed.',
  registers: [metrics],
})

/** Failed calls of the service that wraps the companies' secrets, by its name of the error. */
export const keyProviderFailures = new Counter({
  name: 'colloquy_key_provider_failures_total',
  help: "Failed calls of the service that wraps the companies' secrets, by its name of the error.",
  labelNames: ['reason'],
  registers: [metrics],
})

/** Failed calls of the bucket that files lie in, by its name of the error. */
export const fileStoreFailures = new Counter({
  name: 'colloquy_file_store_failures_total',
  help: 'Failed calls of the bucket that files lie in, by its name of the error.',
  labelNames: ['reason'],
  registers: [metrics],
})

/** Decisions of the operator's policy that were asked for. */
export const policyDecisions = new Counter({
  name: 'colloquy_policy_decisions_total',
  help: 'Decisions of the policy that were asked for, by outcome: allowed, denied or failed, which denies too.',
  labelNames: ['outcome'],
  registers: [metrics],
})

/** Time in which the operator's policy answered. */
export const policySeconds = new Histogram({
  name: 'colloquy_policy_seconds',
  help: 'Seconds in which the policy answered, or until it was given up.',
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  registers: [metrics],
})
