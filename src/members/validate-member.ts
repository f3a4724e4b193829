import { type SearchedBy, searchedBy } from '../text/person-words.ts'
import type { NumberedRow } from './member-rows.ts'
import { defaultRole } from './permissions.ts'

/** The properties of a role that a synchronisation checks. */
export interface KnownRole {
  id: string
  name: string
  permissions: string[]
}

/** A member before the synchronisation. */
export interface KnownMember {
  id: string
  name: string
  email: string | null
  department: string | null
  avatarUrl: string | null
  roleId: string
  isEnabled: boolean
}

/** A member after the synchronisation. */
export interface MemberFields extends SearchedBy {
  name: string
  email: string | null
  department: string | null
  avatarUrl: string | null
  roleId: string
  isEnabled: boolean
}

/** The person who synchronises. Nobody grants permissions that they lack, or changes a member who has more. */
export interface Manager {
  userId: string
  permissions: ReadonlySet<string>
}

/** The decision about a row. */
export type Verdict = { write: MemberFields } | { problem: string } | 'unchanged'

/** Decides about one row, given the member with its external id, if there is one. `roles` are by name. */
export function judgeMember(
  row: NumberedRow['row'],
  known: KnownMember | undefined,
  roles: ReadonlyMap<string, KnownRole>,
  manager: Manager,
): Verdict {
  const held = known && [...roles.values()].find((role) => role.id === known.roleId)
  const role = row.role == null && held ? held : roles.get(row.role ?? defaultRole)
  if (!role) return { problem: `The company has no role "${row.role ?? defaultRole}".` }
  const email = row.email === undefined ? (known?.email ?? null) : row.email
  const fields: Omit<MemberFields, keyof SearchedBy> = {
    name: row.name,
    email,
    department: row.department === undefined ? (known?.department ?? null) : row.department,
    avatarUrl: row.avatarUrl === undefined ? (known?.avatarUrl ?? null) : row.avatarUrl,
    roleId: role.id,
    isEnabled: row.isEnabled ?? known?.isEnabled ?? true,
  }
  if (known && isSame(known, fields)) return 'unchanged'
  if (known?.id === manager.userId && (!fields.isEnabled || fields.roleId !== known.roleId))
    return { problem: 'You cannot disable yourself or change your own role.' }
  if (held && missing(held, manager).length > 0)
    return {
      problem: 'This member may do more than you: only somebody with the same permissions may change it.',
    }
  const lacked = missing(role, manager)
  if (lacked.length > 0)
    return { problem: `You cannot give the role "${role.name}": you lack ${lacked.join(', ')} yourself.` }
  return { write: { ...fields, ...searchedBy(row.name, email) } }
}

function isSame(known: KnownMember, fields: Omit<MemberFields, keyof SearchedBy>): boolean {
  const { name, email, department, avatarUrl, roleId, isEnabled } = fields
  return (
    known.name === name &&
    known.email === email &&
    known.department === department &&
    known.avatarUrl === avatarUrl &&
    known.roleId === roleId &&
    known.isEnabled === isEnabled
  )
}

function missing(role: KnownRole, { permissions }: Manager): string[] {
  return role.permissions.filter((permission) => !permissions.has(permission))
}
