import type { CompanyRow } from '../database/prisma-types.ts'
import type { RateWindow } from '../limits/rate-window.ts'

/**
 * The company's own rate limits for sendMessage, or null for those of the schema. Limits above the operator's maximum
 * of calls per second, which may have been lowered later, are reduced to it.
 */
export function sendLimitsOf(company: CompanyRow, ceiling: number): RateWindow[] | null {
  if (!Array.isArray(company.sendLimits)) return null
  return company.sendLimits.flatMap((window: unknown) =>
    typeof window === 'object' && window !== null && 'max' in window && 'perSeconds' in window
      ? [
          {
            max: Math.min(Number(window.max), ceiling * Number(window.perSeconds)),
            perMs: Number(window.perSeconds) * 1000,
          },
        ]
      : [],
  )
}

/** Rows are remembered for a second, and each serves many sends. */
const enforced = new WeakMap<CompanyRow, RateWindow[] | null>()

/**
 * The rate limits that sendMessage enforces. They include the operator's maximum per second, so that the calls of a
 * longer window cannot all be made within one second. The ceiling is one for the process.
 */
export function enforcedSendLimits(company: CompanyRow, ceiling: number): RateWindow[] | null {
  const known = enforced.get(company)
  if (known !== undefined) return known
  const limits = findEnforced(company, ceiling)
  enforced.set(company, limits)
  return limits
}

function findEnforced(company: CompanyRow, ceiling: number): RateWindow[] | null {
  const own = sendLimitsOf(company, ceiling)
  const isHeld = own?.some(({ max, perMs }) => perMs === 1000 || max <= ceiling)
  return own && !isHeld ? [...own, { max: ceiling, perMs: 1000 }] : own
}
