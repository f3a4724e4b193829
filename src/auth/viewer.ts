import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import type { CompanyRow, UserRow } from '../database/prisma-types.ts'
import { statement } from '../database/statement.ts'
import { RequestError } from '../errors.ts'
import { isPermission, type Permission } from '../members/permissions.ts'
import { undisturbedUntil } from '../members/user-row.ts'
import { refusal } from './refusal.ts'
import { createTtlCache } from './ttl-cache.ts'

/** The member on whose behalf a request runs, and the time until which the credential is valid. */
export interface Viewer {
  companyId: string
  userId: string
  user: UserRow
  company: CompanyRow
  role: { id: string; name: string }
  permissions: ReadonlySet<Permission>
  /** Time at which the access token of the request expires. */
  expiresAt: Date
  /** False if the credential names its company. */
  mayChangeCompany: boolean
}

/** The viewer as a connection remembers it. The profile may change meanwhile, and `renew` finds it. */
export type RememberedViewer = Pick<Viewer, 'companyId' | 'userId' | 'expiresAt' | 'mayChangeCompany'> & {
  user: Pick<UserRow, 'issuer' | 'subject'>
}

type Profile = Omit<Viewer, 'expiresAt' | 'mayChangeCompany'>

/** The profiles of members who have sent requests recently. */
export interface ViewerDirectory {
  /** Throws FORBIDDEN if the membership is disabled or does not exist, with a reason if the company was destroyed. */
  find(companyId: string, userId: string): Promise<Profile>
  /** Like `find`, but always reads from the database. */
  findAnew(companyId: string, userId: string): Promise<Profile>
  /**
   * Returns the viewer with the current profile. Throws FORBIDDEN, and UNAUTHENTICATED if the login is no longer tied
   * to the member.
   */
  renew(viewer: RememberedViewer): Promise<Viewer>
  /**
   * Counts how often the company's profiles were forgotten. A profile that was found at another count may be outdated.
   */
  timesForgotten(companyId: string): number
  /** Forgets the profiles of a company, because roles, settings or memberships changed. */
  forget(companyId: string): void
}

/**
 * Maximum time for which a changed role or setting goes unnoticed on another process. Policies reject a disabled member
 * at once.
 */
const FRESH_MS = 1_000

const loadViewer = statement({
  name: 'load_viewer',
  parameters: ['companyId', 'userId'],
  row: rowsOf<ViewerRow>(),
  text: `
    select row_to_json(u) as "user", row_to_json(c) as company, r.id as "roleId", r.name as "roleName", r.permissions
    from (
      select company_id as "companyId", id, external_id as "externalId", name, name_folded as "nameFolded", email, department,
        avatar_url as "avatarUrl", role_id as "roleId", is_enabled as "isEnabled", joined_at as "joinedAt", issuer, subject, sound,
        browser_notifications as "browserNotifications", email_when_offline as "emailWhenOffline",
        show_preview_in_notifications as "showPreviewInNotifications", locale,
        ${undisturbedUntil('users')} as "doNotDisturbUntil"
      from users where company_id = :companyId and id = :userId and is_enabled
    ) u
    join roles r on r.company_id = u."companyId" and r.id = u."roleId"
    join (
      select id, external_id as "externalId", name, created_at as "createdAt", messaging_enabled as "messagingEnabled",
        safe_mode as "safeMode", send_limits as "sendLimits", max_thread_depth as "maxThreadDepth",
        default_group_access as "defaultGroupAccess", edit_window_minutes as "editWindowMinutes",
        retract_window_minutes as "retractWindowMinutes", revisions_visible_to as "revisionsVisibleTo",
        email_delay_minutes as "emailDelayMinutes", broadcasts_per_hour as "broadcastsPerHour",
        event_retention_days as "eventRetentionDays", access_version as "accessVersion", spam,
        audit_reads_visible as "auditReadsVisible"
      from companies where id = :companyId
    ) c on c.id = u."companyId"`,
})

interface ViewerRow {
  user: Omit<UserRow, 'joinedAt' | 'doNotDisturbUntil'> & {
    joinedAt: string
    doNotDisturbUntil: string | null
  }
  company: Omit<CompanyRow, 'createdAt'> & { createdAt: string }
  roleId: string
  roleName: string
  permissions: string[]
}

/**
 * Creates a directory that caches profiles for one second, so that a busy client does not cost a look-up per request.
 */
export function createViewerDirectory(database: Database): ViewerDirectory {
  const known = createTtlCache<Profile>(FRESH_MS)
  const forgotten = new Map<string, number>()

  async function load(companyId: string, userId: string): Promise<Profile> {
    const tenant = database.forTenant({ companyId, userId })
    const [row] = await tenant.query(loadViewer, { companyId, userId })
    if (!row) throw await refusal(database, companyId, [{ companyId, userId }])
    return {
      companyId,
      userId,
      user: {
        ...row.user,
        joinedAt: new Date(row.user.joinedAt),
        doNotDisturbUntil: row.user.doNotDisturbUntil === null ? null : new Date(row.user.doNotDisturbUntil),
      },
      company: { ...row.company, createdAt: new Date(row.company.createdAt) },
      role: { id: row.roleId, name: row.roleName },
      permissions: new Set(row.permissions.filter(isPermission)),
    }
  }

  function find(companyId: string, userId: string): Promise<Profile> {
    return known.recall(`${companyId} ${userId}`, () => load(companyId, userId))
  }

  return {
    find,
    findAnew(companyId, userId) {
      known.forgetOne(`${companyId} ${userId}`)
      return find(companyId, userId)
    },
    async renew(viewer) {
      return renewed(viewer, await find(viewer.companyId, viewer.userId))
    },
    timesForgotten: (companyId) => forgotten.get(companyId) ?? 0,
    forget(companyId) {
      forgotten.set(companyId, (forgotten.get(companyId) ?? 0) + 1)
      known.forget((key) => key.startsWith(companyId))
    },
  }
}

/** Returns the viewer without the profile. */
export function remembered({
  companyId,
  userId,
  expiresAt,
  mayChangeCompany,
  user,
}: Viewer): RememberedViewer {
  const { issuer, subject } = user
  return { companyId, userId, expiresAt, mayChangeCompany, user: { issuer, subject } }
}

/** Returns the viewer with this profile. Throws UNAUTHENTICATED if the login is no longer tied to the member. */
export function renewed(viewer: RememberedViewer, profile: Profile): Viewer {
  const { issuer, subject } = viewer.user
  if (subject !== null && (profile.user.issuer !== issuer || profile.user.subject !== subject)) {
    throw new RequestError('UNAUTHENTICATED', 'This login no longer belongs to the member: sign in again.')
  }
  return { ...viewer, ...profile }
}
