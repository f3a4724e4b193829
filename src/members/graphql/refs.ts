import { builder } from '../../graphql/builder.ts'
import type { UnreadCounts } from '../queries/unread-counts.ts'
import type { Preferences } from '../user-row.ts'

/** The GraphQL type of a person; its fields are in schema.ts. */
export const UserRef = builder.prismaNode('User', {
  id: { resolve: (user) => user.id },
  nullable: true,
  description: 'A person in one company. The same person in another company is another User.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
})

/** The GraphQL type of a role; its fields are in schema.ts. */
export const RoleRef = builder.prismaNode('Role', {
  id: { resolve: (role) => role.id },
  nullable: true,
  description: 'A named set of permissions.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
})

/** The GraphQL type of a page of people. */
export const UserConnection = builder.connectionObject(
  { type: UserRef, name: 'UserConnection', description: 'A page of people.' },
  { name: 'UserEdge', description: 'A person and its cursor in the list.' },
)

/** The GraphQL type of unread counts; its fields are in schema.ts. */
export const UnreadCountsRef = builder.objectRef<UnreadCounts>('UnreadCounts')

/** The GraphQL type of the viewer; its fields are in schema.ts. */
export const ViewerRef = builder.objectRef<Record<string, never>>('Viewer')

/** The GraphQL type of preferences; its fields are in schema.ts. */
export const PreferencesRef = builder.objectRef<Preferences>('Preferences')
