import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { newId } from '../../ids.ts'
import { parseInput } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { appendGroupEvent, type GroupEvent } from './change-group.ts'
import { departmentNames, follow, lockForManager, recordChannel } from './channel-departments.ts'
import { descriptionText, titleText } from './create-group.ts'
import { addFounders } from './group-members.ts'

const schema = z.object({
  title: titleText,
  description: descriptionText.nullish(),
  departments: departmentNames,
})

/**
 * Creates a group whose members follow departments, with the viewer as admin. Everybody may find it, nobody joins it. Requires
 * MEMBER_MANAGE. Throws PermissionDeniedError, InvalidInputError.
 */
export async function createDepartmentChannel(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'MEMBER_MANAGE')
  const { title, description, departments } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const { companyId, userId } = viewer
  const channelId = newId()
  const keys = await context.keys()
  const sealed = description
    ? new Uint8Array(keys.encrypt(description, { field: 'description', conversationId: channelId }))
    : null

  const position = await tenant.transaction(async (transaction) => {
    await lockForManager(transaction, context)
    await transaction.$executeRaw`
      insert into conversations
        (company_id, id, kind, title, title_folded, description, access, is_department_channel, created_by_id)
      values (${companyId}::uuid, ${channelId}::uuid, 'GROUP', ${title}, ${foldedKey(title)}, ${sealed}, 'CLOSED', true,
        ${userId}::uuid)`
    await addFounders(transaction, companyId, channelId, userId, [])
    const { joined } = await follow(transaction, companyId, channelId, departments)
    const event: GroupEvent = { kind: 'PARTICIPANTS_CHANGED', joined: [userId, ...joined] }
    const position = await appendGroupEvent(transaction, channelId, userId, event)
    await recordChannel(transaction, 'channel.created', channelId, departments.length)
    return position
  })
  services.live.notify(companyId, position)
  return { conversation: await requireConversation(context, channelId) }
}
