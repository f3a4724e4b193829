import type { CompanyRow } from '../database/prisma-types.ts'
import type { RateWindow } from '../limits/rate-window.ts'

/**
 * The company's own limits for sending, or null where the schema's hold. Settings from before the operator lowered the
 * ceiling, in calls a second, count as the ceiling.
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

/** The limits that sending is held to: a window of many seconds is not to be used up in one. */
export function enforcedSendLimits(company: CompanyRow, ceiling: number): RateWindow[] | null {
  const own = sendLimitsOf(company, ceiling)
  const isHeld = own?.some(({ max, perMs }) => perMs === 1000 || max <= ceiling)
  return own && !isHeld ? [...own, { max: ceiling, perMs: 1000 }] : own
}
