import type { CompanyRow } from '../database/prisma-types.ts'
import type { RateWindow } from '../limits/rate-window.ts'

/** The company's own limits for sending, or null where the schema's hold. */
export function sendLimitsOf(company: CompanyRow): RateWindow[] | null {
  if (!Array.isArray(company.sendLimits)) return null
  return company.sendLimits.flatMap((window: unknown) =>
    typeof window === 'object' && window !== null && 'max' in window && 'perSeconds' in window
      ? [{ max: Number(window.max), perMs: Number(window.perSeconds) * 1000 }]
      : [],
  )
}
