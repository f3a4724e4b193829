import { encodeId } from '../ids.ts'

/** The facts that a policy decides by. It is given all of them, and the time. */
export interface PolicyInput {
  /**
   * `read`: whatever a person does in a conversation begins with reading it. `audit`: an auditor reads or exports it.
   * `moderate`: a moderator decides about a message of it.
   */
  action: 'read' | 'audit' | 'moderate'
  company: { id: string; externalId: string | null }
  user: { id: string; externalId: string | null; role: string; department: string | null }
  conversation: {
    kind: string
    context: { type: string; id: string } | null
    sensitivity: string
  }
}

/** A person and a conversation that has a context or a sensitivity, as the database tells of them. */
export interface PolicyFacts {
  conversationId: string
  userId: string
  companyExternalId: string | null
  userExternalId: string | null
  role: string
  department: string | null
  kind: string
  contextType: string | null
  contextId: string | null
  sensitivity: string
}

/** Returns what a policy is asked. */
export function inputOf(companyId: string, action: PolicyInput['action'], facts: PolicyFacts): PolicyInput {
  const { contextType, contextId } = facts
  return {
    action,
    company: { id: encodeId('Company', companyId), externalId: facts.companyExternalId },
    user: {
      id: encodeId('User', facts.userId),
      externalId: facts.userExternalId,
      role: facts.role,
      department: facts.department,
    },
    conversation: {
      kind: facts.kind,
      context: contextType !== null && contextId !== null ? { type: contextType, id: contextId } : null,
      sensitivity: facts.sensitivity,
    },
  }
}
