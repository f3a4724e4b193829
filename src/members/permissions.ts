import { z } from 'zod'

/** All permissions, in the order in which the API lists them. */
export const permissions = [
  'MESSAGE_READ',
  'MESSAGE_WRITE',
  'MESSAGE_MODERATE',
  'PRESENCE_READ',
  'PRESENCE_WRITE',
  'CONVERSATION_DIRECT',
  'CONVERSATION_GROUP',
  'CONVERSATION_CONTEXT',
  'CONVERSATION_BROADCAST',
  'CONVERSATION_GLOBAL',
  'CONVERSATION_AUDIT',
  'AUDIT_READ',
  'MEMBER_MANAGE',
  'COMPANY_MANAGE',
  'GUEST_MESSAGE',
] as const

/** A right that a role can grant. */
export type Permission = (typeof permissions)[number]

const reading: Permission[] = ['MESSAGE_READ', 'PRESENCE_READ']
const writing: Permission[] = [
  'MESSAGE_WRITE',
  'PRESENCE_WRITE',
  'CONVERSATION_DIRECT',
  'CONVERSATION_GROUP',
  'CONVERSATION_CONTEXT',
]
const supervising: Permission[] = ['CONVERSATION_BROADCAST', 'MESSAGE_MODERATE', 'GUEST_MESSAGE']
const administering: Permission[] = ['CONVERSATION_GLOBAL', 'MEMBER_MANAGE', 'COMPANY_MANAGE']
const auditing: Permission[] = ['CONVERSATION_AUDIT', 'AUDIT_READ']

/** The roles that every company has. */
export const builtInRoles: Readonly<Record<string, readonly Permission[]>> = {
  owner: [...reading, ...writing, ...supervising, ...administering, ...auditing],
  admin: [...reading, ...writing, ...supervising, ...administering],
  supervisor: [...reading, ...writing, ...supervising],
  auditor: [...reading, ...auditing],
  member: [...reading, ...writing],
}

/** The role of a member that is created without one. */
export const defaultRole = 'member'

/** A list of permissions of the API, each once. */
export const rolePermissions = z
  .array(z.enum(permissions))
  .transform((list) => permissions.filter((permission) => list.includes(permission)))

/** True if this version knows the permission. A stored role may hold others. */
export function isPermission(name: string): name is Permission {
  return (permissions as readonly string[]).includes(name)
}
