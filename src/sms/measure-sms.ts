import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { smsOldest, smsQueued } from '../metrics/metrics.ts'

const countSms = statement({
  name: 'sms_counts',
  row: rowsOf<{ queued: number; oldest: number }>(),
  text: `select count(*)::int as queued, coalesce(extract(epoch from now() - min(d.due_at)), 0)::float as oldest
    from guest_deliveries d where d.status = 'QUEUED' and d.due_at <= now()`,
})

/** Updates the metrics of waiting SMS. If the database is unreachable, they stay as they are. */
export async function measureSms(database: Database): Promise<void> {
  try {
    const [counts] = await database.measuring(countSms, {})
    smsQueued.set(counts?.queued ?? 0)
    smsOldest.set(counts?.oldest ?? 0)
  } catch {
    // The readiness check reports that the database is unreachable.
  }
}
