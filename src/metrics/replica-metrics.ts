import { Counter, Gauge } from 'prom-client'
import { metrics } from './metrics.ts'

/** Statements of queries by the server that answers, where there is a replica. */
export const replicaReads = new Counter({
  name: 'colloquy_replica_reads_total',
  help: 'Statements of queries by the server that answers (replica, primary) and reason: caught up, earlier (another part of the operation went to the primary), failed, lagging, unreachable, or something wrong with the replica. None without a replica.',
  labelNames: ['target', 'reason'],
  registers: [metrics],
})

/** Bytes of the write-ahead log that the replica had not replayed when it was asked last. */
export const replicaLagBytes = new Gauge({
  name: 'colloquy_replica_lag_bytes',
  help: 'Bytes of the write-ahead log that the replica had not replayed when it was asked last.',
  registers: [metrics],
})

/** Age of the latest transaction that the replica has replayed, while it is behind. */
export const replicaLagSeconds = new Gauge({
  name: 'colloquy_replica_lag_seconds',
  help: 'Seconds since the latest transaction that the replica has replayed; 0 if there is nothing to replay.',
  registers: [metrics],
})
