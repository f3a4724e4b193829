import { column, columns, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { auditColumns } from './audit-row.ts'

/** Makes the process the one that seals, and returns false while another one is it. The lock ends with its connection. */
export const becomeSealer = statement({
  name: 'become_audit_sealer',
  row: rowsOf<{ isSealer: boolean }>(),
  text: `select exists (
      select from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objid = 726503 and l.granted
    ) or pg_try_advisory_lock(726503) as "isSealer"`,
})

/** Companies with events that no checkpoint seals. */
export const unsealedCompanies = statement({
  name: 'unsealed_companies',
  row: rowsOf<{ companyId: string }>(),
  text: `select s.company_id as "companyId" from company_streams s left join audit_heads h on h.company_id = s.company_id
    where s.audited > coalesce(h.size, 0)`,
})

/** How far a company is sealed. */
export const readHead = statement({
  name: 'audit_head',
  parameters: ['companyId'],
  row: columns({ size: column.of<number>().from('h.size::float8'), range: column.bytes }),
  text: `select h.size::float8 as size, h.range from audit_heads h where h.company_id = :companyId`,
})

/** The events of a company from an index on. */
export const eventsFrom = statement({
  name: 'audit_events_from',
  parameters: ['companyId', 'from', 'max'],
  row: auditColumns,
  text: `select ${auditColumns.of('e')} from audit_events e
    where e.company_id = :companyId and e.index >= :from::bigint order by e.index limit :max`,
})

/** True if the trail tells of a restore from a backup that cites this checkpoint. */
export const restoredFrom = statement({
  name: 'audit_restored_from',
  parameters: ['companyId', 'size', 'root'],
  row: rowsOf<{ index: number }>(),
  text: `select e.index::float8 as index from audit_events e
    where e.company_id = :companyId and e.kind = 'audit.restored'
      and (e.detail ->> 'size')::bigint = :size::bigint and e.detail ->> 'root' = :root`,
})

/** Stores a checkpoint. False if another process has stored one meanwhile. */
export const keepCheckpoint = statement({
  name: 'keep_audit_checkpoint',
  parameters: ['from', 'size', 'root', 'range', 'note', 'leaves', 'levels', 'indexes', 'hashes'],
  row: rowsOf<{ isKept: boolean }>(),
  text: `select app.keep_checkpoint(:from, :size, :root, :range, :note, :leaves, :levels, :indexes, :hashes) as "isKept"`,
})
