import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { newId } from '../../ids.ts'
import { id, parseInput, shortText, visible } from '../../input.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { requireMessage } from '../../messages/queries/require-message.ts'

const MAX_NOTE = 1_000

const schema = z.object({
  messageId: id('Message'),
  reason: z.enum(['SPAM', 'HARASSMENT', 'CONFIDENTIAL', 'OTHER']),
  note: visible(shortText(MAX_NOTE, 'The note'), 'The note').nullish(),
})

const report = statement({
  name: 'report_message',
  parameters: ['companyId', 'viewerId', 'messageId', 'caseId', 'reason', 'note'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.report_message(:companyId, :viewerId, :messageId, :caseId, :reason, :note)::text as position`,
})

/**
 * Reports a message that the viewer may see to the moderators. A second report of the same person changes nothing. Requires
 * MESSAGE_READ. Throws PermissionDeniedError for an own message, NotFoundError, InvalidInputError.
 */
export async function reportMessage(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  requirePermission(context, 'MESSAGE_READ')
  const { messageId, reason, note } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const keys = await context.keys()
  const recordId = `${messageId} ${viewer.userId}`
  const [reported] = await tenant.call(report, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    messageId,
    caseId: newId(),
    reason,
    note: note == null ? null : keys.encrypt(note, { field: 'report', recordId }),
  })
  if (reported?.position) services.live.notify(viewer.companyId, Number(reported.position))
  return { message: await requireMessage(context, messageId) }
}
