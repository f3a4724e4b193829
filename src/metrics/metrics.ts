import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** The process's metrics, in the format of Prometheus. */
export const metrics = new Registry()

collectDefaultMetrics({ register: metrics })

/** 1 while rate limits are held in process memory because Redis does not answer. */
export const rateLimiterFallback = new Gauge({
  name: 'colloquy_rate_limiter_fallback',
  help: '1 while rate limits are held in process memory because Redis does not answer.',
  registers: [metrics],
})
