import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { newId } from '../../ids.ts'
import { ids, lineText, parseInput, text } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { appendGroupEvent, requireColleagues } from './change-group.ts'
import { addFounders } from './group-members.ts'

/** The title of a group: up to 255 user-perceived characters, at least one of them visible. */
export const titleText = lineText('The title')

/** A group's description: up to 4 KiB of UTF-8. */
export const descriptionText = text(4096, 'The description')

/** The people who may find and join a group. */
export const groupAccess = z.enum(['OPEN', 'CLOSED', 'PRIVATE'])

const schema = z.object({
  title: titleText,
  description: descriptionText.nullish(),
  memberIds: ids('User').nullish(),
  access: groupAccess.nullish(),
})

/**
 * Creates a group with the viewer as admin. Throws NotFoundError if one of the people is not a member of the company.
 */
export async function createGroup(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_GROUP')
  const { title, description, memberIds, access } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const { companyId, userId } = viewer
  const groupId = newId()
  const others = (memberIds ?? []).filter((memberId) => memberId !== userId)
  const keys = await context.keys()
  const sealed = description
    ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId: groupId }))
    : null

  const position = await tenant.transaction(async (transaction) => {
    const joined = [userId, ...others]
    await requireColleagues(transaction, companyId, joined)
    // Raw SQL, because Prisma would set the times from this node's clock, and lists are sorted by the database's clock.
    await transaction.$executeRaw`
      insert into conversations (company_id, id, kind, title, title_folded, description, access, created_by_id)
      values (${companyId}::uuid, ${groupId}::uuid, 'GROUP', ${title}, ${foldedKey(title)}, ${sealed},
        ${access ?? viewer.company.defaultGroupAccess}, ${userId}::uuid)`
    await addFounders(transaction, companyId, groupId, userId, others)
    return appendGroupEvent(transaction, groupId, userId, { kind: 'PARTICIPANTS_CHANGED', joined })
  })
  services.live.notify(companyId, position)
  return { conversation: await requireConversation(context, groupId) }
}
