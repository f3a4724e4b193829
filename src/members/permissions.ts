/** Everything a role can allow, in the order the API lists it. */
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

/** One thing a role can allow. */
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

/** The roles every company has (features, table under section 1). */
export const builtInRoles: Readonly<Record<string, readonly Permission[]>> = {
  owner: [...reading, ...writing, ...supervising, ...administering, ...auditing],
  admin: [...reading, ...writing, ...supervising, ...administering],
  supervisor: [...reading, ...writing, ...supervising],
  auditor: [...reading, ...auditing],
  member: [...reading, ...writing],
}

/** The role of a member for whom none is given. */
export const defaultRole = 'member'

/** True if `name` is a permission this version knows; a stored role may hold one that it does not. */
export function isPermission(name: string): name is Permission {
  return (permissions as readonly string[]).includes(name)
}
