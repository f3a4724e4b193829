import { startPeriodicTask } from '../../concurrency/periodic-task.ts'
import type { TenantDatabase } from '../../database/database.ts'
import { keepLease, LEASE_SECONDS } from '../upload-row.ts'

/** Keeps a lease until it is ended. The signal aborts once it is lost, or could not be kept in time. */
export function holdLease(
  tenant: TenantDatabase,
  at: { companyId: string; attachmentId: string; lease: string },
): { signal: AbortSignal; end(): void } {
  const lost = new AbortController()
  const keeping = startPeriodicTask(
    async () => {
      const rows = await tenant.query(keepLease, at).catch(() => [])
      if (rows.length === 0) lost.abort()
    },
    { everyMs: (LEASE_SECONDS * 1000) / 3 },
  )
  return { signal: lost.signal, end: () => void keeping.stop() }
}
