import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { InvalidInputError, SpamRefusedError } from '../../errors.ts'
import { bodyText, id, parseInput, subjectText } from '../../input.ts'
import { judgeSpam } from '../../moderation/queries/judge-spam.ts'
import type { MessageRow } from '../message-row.ts'
import { locationOfText, readText, sealAnew } from '../queries/message-text.ts'
import { requireMessage } from '../queries/require-message.ts'
import { tokensOf } from './tokens-of.ts'

const schema = z.object({
  messageId: id('Message'),
  body: bodyText,
  subject: subjectText.nullish(),
})

const edit = statement({
  name: 'edit_message',
  parameters: [
    'companyId',
    'viewerId',
    'messageId',
    'revision',
    'subject',
    'body',
    'tokens',
    'replacedSubject',
    'replacedBody',
    'signals',
  ],
  row: rowsOf<{ position: string; cooldownUntil: Date | null }>(),
  text: `select position::text as position, cooldown_until as "cooldownUntil" from app.edit_message(
    :companyId, :viewerId, :messageId, :revision, :subject, :body, :tokens, :replacedSubject, :replacedBody, :signals
  )`,
})

/**
 * Replaces the text of the viewer's own message within the company's edit window, and keeps the earlier text. A null
 * subject removes it. Throws NotFoundError, InvalidInputError, PermissionDeniedError, and ConflictError if the message
 * is retracted or was edited concurrently. Throws SpamRefusedError for a text that is taken for spam, but for the first time.
 */
export async function editMessage(context: Context, input: unknown): Promise<{ message: MessageRow }> {
  requirePermission(context, 'MESSAGE_WRITE')
  const { messageId, body, subject: given } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const message = await requireMessage(context, messageId)
  const [earlierBody, earlierSubject] = [
    await readText(context, message, 'body'),
    await readText(context, message, 'subject'),
  ]
  const subject = given === undefined ? earlierSubject : given
  if (subject === null && message.id === message.conversationId) {
    throw new InvalidInputError([{ path: ['subject'], detail: 'A broadcast has a subject.' }])
  }
  const isSame = message.authorId === viewer.userId && body === earlierBody && subject === earlierSubject
  if (isSame) return { message }
  const judgement = await judgeSpam(context, { subject, body, mentions: 0, place: message.conversationId })
  const keys = await context.keys()
  const seal = (field: 'body' | 'subject', text: string) =>
    keys.encrypt(text, locationOfText({ ...message, revision: message.revision + 1 }, field))
  // The database rejects the edit of a retracted message, so its texts are not encrypted again.
  const replaced = (field: 'body' | 'subject') =>
    message.state === 'RETRACTED' ? null : sealAnew(keys, message, field, 'replaced')
  const [edited] = await tenant.call(edit, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    messageId,
    revision: message.revision,
    subject: subject === null ? null : seal('subject', subject),
    body: seal('body', body),
    tokens: await tokensOf(context, { subject, body }),
    replacedSubject: replaced('subject'),
    replacedBody: replaced('body'),
    signals: judgement.signals,
  })
  if (edited?.cooldownUntil) {
    await judgement.undo()
    throw new SpamRefusedError(edited.cooldownUntil)
  }
  services.live.notify(viewer.companyId, Number(edited?.position))
  return { message: await requireMessage(context, messageId) }
}
