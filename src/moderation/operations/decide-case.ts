import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { DecryptionError } from '../../encryption/errors.ts'
import { NotFoundError } from '../../errors.ts'
import { id, parseInput, shortText, visible } from '../../input.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import { tokensOf } from '../../messages/operations/tokens-of.ts'
import { readText, sealAnew } from '../../messages/queries/message-text.ts'
import type { CaseRow } from '../case-row.ts'

const schema = z.object({
  caseId: id('ModerationCase'),
  decision: z.enum(['APPROVE', 'REJECT', 'DISMISS', 'RETRACT']),
  reason: visible(shortText(1_000, 'The reason'), 'The reason'),
})

type Decision = z.output<typeof schema>['decision']

const decide = statement({
  name: 'decide_case',
  parameters: [
    'companyId',
    'viewerId',
    'caseId',
    'decision',
    'reason',
    'revision',
    'tokens',
    'subject',
    'body',
    'metadata',
  ],
  row: rowsOf<{ position: string }>(),
  text: `select app.decide_case(
    :companyId, :viewerId, :caseId, :decision, :reason, :revision, :tokens, :subject, :body, :metadata
  )::text as position`,
})

/**
 * Decides a case of moderation: a held message is approved or rejected, a reported one is retracted or the case dismissed.
 * Requires MESSAGE_MODERATE. Throws PermissionDeniedError for a message that the viewer wrote or reported, NotFoundError,
 * InvalidInputError, and ConflictError if it has been decided, or the message was edited meanwhile or can no longer be posted.
 */
export async function decideModerationCase(context: Context, input: unknown): Promise<{ case: CaseRow }> {
  requirePermission(context, 'MESSAGE_MODERATE')
  const { caseId, decision, reason } = parseInput(schema, input)
  const { viewer, tenant, services, loaders } = context
  const found = await loaders.moderationCase.load(caseId)
  const message = found && (await loaders.messageOfCase.load(found.messageId))
  if (!message) throw new NotFoundError('There is no such case.')
  const keys = await context.keys()
  const [decided] = await tenant.call(decide, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    caseId,
    decision,
    reason: keys.encrypt(reason, { field: 'decision', recordId: caseId }),
    revision: message.revision,
    tokens: await tokensIfPosted(context, message, decision),
    subject: sealIfRetracted(keys, message, 'subject', decision),
    body: sealIfRetracted(keys, message, 'body', decision),
    metadata: sealIfRetracted(keys, message, 'metadata', decision),
  })
  services.live.notify(viewer.companyId, Number(decided?.position))
  const now = await loaders.moderationCase.clear(caseId).load(caseId)
  loaders.messageOfCase.clear(message.id)
  if (!now) throw new NotFoundError('There is no such case.')
  return { case: now }
}

/** The tokens by which search finds a message that is posted. */
async function tokensIfPosted(context: Context, message: MessageRow, decision: Decision): Promise<string[]> {
  if (decision !== 'APPROVE') return []
  const [subject, body] = [
    await readText(context, message, 'subject'),
    await readText(context, message, 'body'),
  ]
  return tokensOf(context, { subject, body: body ?? '' })
}

function sealIfRetracted(
  keys: CompanyKeys,
  message: MessageRow,
  field: 'subject' | 'body' | 'metadata',
  decision: Decision,
): Buffer | null {
  if (decision !== 'RETRACT' || message.state === 'RETRACTED') return message[field]
  try {
    return sealAnew(keys, message, field, 'retracted')
  } catch (error) {
    // A message whose text cannot be decrypted can still be retracted; its ciphertext stays.
    if (error instanceof DecryptionError) return message[field]
    throw error
  }
}
