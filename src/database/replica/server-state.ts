import { rowsOf } from '../columns.ts'
import { statement } from '../statement.ts'

/** How far a server's history goes, in bytes of its write-ahead log, and which history it is. */
interface ServerState {
  position: number
  /** Eight hexadecimal digits: each promotion of a replica begins a timeline. */
  timeline: string
  /** The identifier that all servers of one cluster share. */
  cluster: string
  /** The database and role of the connection. */
  session: string
}

interface ReplicaState extends ServerState {
  isReplica: boolean
  /** When the server started, which tells it from others. */
  startedAt: string
  /** Seconds since the latest transaction that it has replayed. */
  ageSeconds: number | null
}

/** Why the replica is not asked. */
export type ReplicaProblem =
  | 'unreachable'
  | 'lagging'
  | 'no replica'
  | 'other cluster'
  | 'other timeline'
  | 'other role'
  | 'shared sessions'

const session = `current_database()::text || ' ' || session_user::text as session`

/**
 * The position that the primary has reached. No commit becomes visible before the log is flushed up to it, unless commits are
 * asynchronous; then it is what was inserted that counts.
 */
export const primaryState = statement({
  name: 'primary_state',
  row: rowsOf<ServerState>(),
  text: `
    select (case when current_setting('synchronous_commit') = 'off' then pg_current_wal_insert_lsn()
        else pg_current_wal_flush_lsn() end - '0/0'::pg_lsn)::float8 as position,
      substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8) as timeline,
      system_identifier::text as cluster, ${session}
    from pg_control_system()`,
})

/**
 * The position up to which the replica has replayed. Its timeline is that of its control file, which a replica that follows a new
 * primary reaches with its next restart point: it is never ahead of what was replayed.
 */
export const replicaState = statement({
  name: 'replica_state',
  row: rowsOf<ReplicaState>(),
  text: `
    select pg_is_in_recovery() as "isReplica",
      coalesce(pg_last_wal_replay_lsn() - '0/0'::pg_lsn, 0)::float8 as position,
      lpad(upper(to_hex(greatest(c.timeline_id, r.min_recovery_end_timeline))), 8, '0') as timeline,
      s.system_identifier::text as cluster, ${session},
      pg_postmaster_start_time()::text as "startedAt",
      extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 as "ageSeconds"
    from pg_control_system() s, pg_control_checkpoint() c, pg_control_recovery() r`,
})

/** When the server of a connection started. */
export const serverStart = statement({
  name: 'server_start',
  row: rowsOf<Pick<ReplicaState, 'startedAt'>>(),
  text: `select pg_postmaster_start_time()::text as "startedAt"`,
})

/** Tells why the replica must not answer for the primary; undefined if it shows all that the primary showed. */
export function problemOf(primary: ServerState, replica: ReplicaState): ReplicaProblem | undefined {
  if (replica.cluster !== primary.cluster) return 'other cluster'
  // Another role might be one that policies do not bind.
  if (replica.session !== primary.session) return 'other role'
  if (!replica.isReplica) return 'no replica'
  if (replica.timeline !== primary.timeline) return 'other timeline'
  return replica.position < primary.position ? 'lagging' : undefined
}

/** How far the replica is behind. The seconds are those since the latest transaction that it has replayed. */
export function lagOf(primary: ServerState, replica: ReplicaState): { bytes: number; seconds: number } {
  const bytes = Math.max(0, primary.position - replica.position)
  return { bytes, seconds: bytes > 0 ? Math.max(0, replica.ageSeconds ?? 0) : 0 }
}
