import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { encodeId } from '../../ids.ts'
import { id, parseInput } from '../../input.ts'

const schema = z.object({ attachmentId: id('Attachment') })

const remove = statement({
  name: 'delete_upload',
  parameters: ['companyId', 'viewerId', 'attachmentId'],
  text: 'select app.delete_upload(:companyId, :viewerId, :attachmentId)',
})

/** Deletes an upload of the viewer's that is in no message. Requires MESSAGE_WRITE. Throws InvalidInputError, NotFoundError. */
export async function deleteUpload(context: Context, input: unknown): Promise<{ attachmentId: string }> {
  requirePermission(context, 'MESSAGE_WRITE')
  const { attachmentId } = parseInput(schema, input)
  const { companyId, userId: viewerId } = context.viewer
  await context.tenant.call(remove, { companyId, viewerId, attachmentId })
  await context.services.attachments.store
    .keepOnly(companyId, attachmentId, [])
    // The next sweep deletes it, and the key is gone.
    .catch((error) => context.services.log.warn({ err: error }, 'a deleted upload is still stored'))
  return { attachmentId: encodeId('Attachment', attachmentId) }
}
