import type { Permission } from '../members/permissions.ts'

/** The kinds of conversations that can be changed as groups. */
export type GroupKind = 'GROUP' | 'CONTEXT' | 'GLOBAL'

/** A conversation and the viewer's membership, as the rules on its people need them. */
export interface Standing {
  kind: string
  /** Null unless it is a group. */
  access: string | null
  isClosed: boolean
  /** True if its membership follows departments. */
  isDepartmentChannel: boolean
  /** Null if the viewer is not a member. */
  viewerRole: string | null
}

/** The kinds that each change takes. */
export const kindsFor = {
  JOIN: ['GROUP'],
  LEAVE: ['GROUP', 'CONTEXT'],
  MANAGE: ['GROUP', 'CONTEXT', 'GLOBAL'],
  ADD_PARTICIPANTS: ['GROUP', 'CONTEXT'],
} as const satisfies Record<string, readonly GroupKind[]>

/** True if the viewer, who is no member, may join it. */
export function mayJoin({ access, isClosed, isDepartmentChannel }: Standing): boolean {
  return access === 'OPEN' && !isClosed && !isDepartmentChannel
}

/**
 * True if the viewer may leave it. Only an admin leaves a department channel, whom nobody else could remove, and only while it follows
 * none of their departments.
 */
export function mayLeave({ viewerRole, isDepartmentChannel }: Standing, isOfDepartment: boolean): boolean {
  if (isDepartmentChannel) return viewerRole === 'ADMIN' && !isOfDepartment
  return viewerRole !== null
}

/** True if the viewer may change its title, description and access, and in groups and contexts its people. */
export function mayManage({ kind, viewerRole }: Standing, permissions: ReadonlySet<Permission>): boolean {
  return kind === 'GLOBAL' ? permissions.has('CONVERSATION_GLOBAL') : viewerRole === 'ADMIN'
}

/** True if the viewer may add people: any member of an open group, elsewhere an admin. */
export function mayAddParticipants({ access, viewerRole }: Standing): boolean {
  return viewerRole === 'ADMIN' || (viewerRole !== null && access === 'OPEN')
}
