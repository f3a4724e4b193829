import { Counter, Histogram } from 'prom-client'
import { metrics } from './metrics.ts'

/** Push messages handed to push services, by outcome and by the status that a service failed with. */
export const pushes = new Counter({
  name: 'colloquy_push_total',
  help: 'Push messages to browsers, by outcome (DONE, GONE: there is no such browser any more, FAILED) and by the status of the answer, none without one.',
  labelNames: ['outcome', 'code'],
  registers: [metrics],
})

/** Parts of uploads, by what became of them. */
export const uploadParts = new Counter({
  name: 'colloquy_upload_parts_total',
  help: 'Parts of uploads: stored, broken (the client broke off), or failed (they could not be stored, such as on a full disk).',
  labelNames: ['outcome'],
  registers: [metrics],
})

/** Bytes of uploads that were stored. */
export const uploadedBytes = new Counter({
  name: 'colloquy_upload_bytes_total',
  help: 'Bytes of the parts of uploads that were stored.',
  registers: [metrics],
})

/** Uploads that were checked, by outcome. */
export const checkedUploads = new Counter({
  name: 'colloquy_uploads_checked_total',
  help: 'Uploads that were checked: READY, or the reason for which they were refused.',
  labelNames: ['outcome'],
  registers: [metrics],
})

/** Time from a change of presence to its delivery. */
export const presenceLag = new Histogram({
  name: 'colloquy_presence_lag_seconds',
  help: 'Seconds from a change of presence to its delivery by this process.',
  buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
  registers: [metrics],
})

/** Operations of the companies that the operator has chosen to watch. */
export const companyOperations = new Counter({
  name: 'colloquy_company_operations_total',
  help: 'Queries and mutations of the companies in METRICS_COMPANIES, by outcome.',
  labelNames: ['company', 'outcome'],
  registers: [metrics],
})
