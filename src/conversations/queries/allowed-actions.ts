import { isOpenForWriting } from '../../companies/require-open.ts'
import type { Context } from '../../context.ts'
import type { ConversationRow } from '../conversation-row.ts'
import {
  type GroupKind,
  kindsFor,
  mayAddParticipants,
  mayJoin,
  mayLeave,
  mayManage,
} from '../conversation-rules.ts'
import { canPost } from './can-post.ts'

/** All that people may do with conversations, in the order in which the API lists it. */
export const conversationActions = [
  'POST',
  'JOIN',
  'LEAVE',
  'MANAGE',
  'ADD_PARTICIPANTS',
  'MUTE',
  'HIDE',
] as const

/** Something that a person may do with a conversation. */
export type ConversationAction = (typeof conversationActions)[number]

/** Returns what the viewer may do with a conversation now, by the rules that the mutations apply. */
export async function allowedConversationActions(
  conversation: ConversationRow,
  context: Context,
): Promise<ConversationAction[]> {
  const { viewer } = context
  if (!isOpenForWriting(viewer) || !viewer.permissions.has('MESSAGE_READ')) return []
  const { kind, isMember, isReadable, view } = conversation
  // An auditor's view is for reading.
  if (view === 'audited') return []
  const takes = (action: keyof typeof kindsFor) =>
    (kindsFor[action] as readonly GroupKind[]).includes(kind as GroupKind)
  const isKept = isMember && isReadable
  const allowed: Record<ConversationAction, boolean> = {
    POST: await canPost(conversation, context),
    JOIN: takes('JOIN') && !isMember && mayJoin(conversation),
    LEAVE: takes('LEAVE') && mayLeave(conversation, await isOfDepartment(conversation, context)),
    MANAGE: takes('MANAGE') && mayManage(conversation, viewer.permissions),
    ADD_PARTICIPANTS: takes('ADD_PARTICIPANTS') && mayAddParticipants(conversation),
    MUTE: isKept,
    HIDE: isKept,
  }
  return conversationActions.filter((action) => allowed[action])
}

/** Costs a statement for the admins of department channels alone. */
async function isOfDepartment(
  { id, isDepartmentChannel, viewerRole }: ConversationRow,
  { loaders }: Context,
): Promise<boolean> {
  return isDepartmentChannel && viewerRole === 'ADMIN' && loaders.isOfDepartment.load(id)
}
