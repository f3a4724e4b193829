import { z } from 'zod'
import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import { ConflictError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import type { MessageRow } from '../message-row.ts'
import { sealAnew } from '../queries/message-text.ts'
import { requireMessage } from '../queries/require-message.ts'

const schema = z.object({ messageId: id('Message') })

const retract = statement({
  name: 'retract_message',
  parameters: ['companyId', 'viewerId', 'messageId', 'revision', 'subject', 'body', 'metadata'],
  row: rowsOf<{ position: string | null }>(),
  text: `select app.retract_message(:companyId, :viewerId, :messageId, :revision, :subject, :body, :metadata)::text as position`,
})

/**
 * Retracts a message for everyone: the author within the company's retract window, or anyone with MESSAGE_MODERATE.
 * Retracting twice changes nothing. Throws NotFoundError, PermissionDeniedError.
 */
export async function retractMessage(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  const { messageId } = parseInput(schema, input)
  const { viewer, services } = context
  const [retracted] = await retractAsRead(context, messageId)
  if (retracted?.position) services.live.notify(viewer.companyId, Number(retracted.position))
  return { message: await requireMessage(context, messageId) }
}

/**
 * If an edit commits between reading and retracting, the texts that were sealed are outdated, so both steps are
 * repeated.
 */
async function retractAsRead(
  context: Context,
  messageId: string,
  attempts = 5,
): Promise<{ position: string | null }[]> {
  const { viewer, tenant } = context
  const message = await requireMessage(context, messageId)
  const keys = await context.keys()
  const seal = (field: 'subject' | 'body' | 'metadata') => {
    try {
      return message.state === 'RETRACTED' ? null : sealAnew(keys, message, field, 'retracted')
    } catch (error) {
      // A message whose text cannot be decrypted can still be retracted; its ciphertext stays.
      if (error instanceof DecryptionError) return message[field]
      throw error
    }
  }
  const values = {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    messageId,
    revision: message.revision,
    subject: seal('subject'),
    body: seal('body'),
    metadata: seal('metadata'),
  }
  try {
    return await tenant.call(retract, values)
  } catch (error) {
    if (!(error instanceof ConflictError) || attempts === 1) throw error
    return retractAsRead(context, messageId, attempts - 1)
  }
}
