import type { Permission } from '../members/permissions.ts'
import { builder } from './builder.ts'

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
