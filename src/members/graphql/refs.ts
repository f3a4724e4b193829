import { builder } from '../../graphql/builder.ts'
import type { Permission } from '../permissions.ts'
import type { UnreadCounts } from '../queries/unread-counts.ts'

/** The GraphQL type of a person; its fields are in schema.ts. */
export const UserRef = builder.prismaNode('User', {
  id: { resolve: (user) => user.id },
  nullable: true,
  description: 'A person in one company. The same person in another company is another User.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
})

/** The GraphQL type of a page of people. */
export const UserConnection = builder.connectionObject(
  { type: UserRef, name: 'UserConnection', description: 'A page of people.' },
  { name: 'UserEdge', description: 'A person and its cursor in the list.' },
)

/** The GraphQL type of unread counts; its fields are in schema.ts. */
export const UnreadCountsRef = builder.objectRef<UnreadCounts>('UnreadCounts')

/** The GraphQL type of preferences; its fields are in schema.ts. */
export const PreferencesRef = builder.objectRef<{
  sound: boolean
  browserNotifications: boolean
  emailWhenOffline: boolean
}>('Preferences')

const permissionValues: Record<Permission, { description: string }> = {
  MESSAGE_READ: { description: "Read the messages of one's conversations." },
  MESSAGE_WRITE: { description: 'Send messages.' },
  MESSAGE_MODERATE: { description: "Retract others' messages, see reports and statistics." },
  PRESENCE_READ: { description: 'See the presence of other people.' },
  PRESENCE_WRITE: { description: "Show one's own presence to other people." },
  CONVERSATION_DIRECT: { description: 'Start direct conversations.' },
  CONVERSATION_GROUP: { description: 'Create groups.' },
  CONVERSATION_CONTEXT: { description: 'Open conversations about a transaction, plan or topic.' },
  CONVERSATION_BROADCAST: { description: 'Send broadcasts.' },
  CONVERSATION_GLOBAL: { description: 'Create conversations for the whole company.' },
  CONVERSATION_AUDIT: { description: "Read others' conversations; every such read is audited." },
  AUDIT_READ: { description: 'Read the audit trail.' },
  MEMBER_MANAGE: { description: 'See, add, change and disable members.' },
  COMPANY_MANAGE: { description: "Change the company's settings." },
  GUEST_MESSAGE: { description: 'Write to guests and receive what they send.' },
}

/** The GraphQL enum of permissions. */
export const PermissionEnum = builder.enumType('Permission', {
  description: 'A right that a role can grant.',
  values: permissionValues,
})
