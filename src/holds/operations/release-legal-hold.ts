import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { NotFoundError } from '../../errors.ts'
import { id, parseInput, shortText, visible } from '../../input.ts'
import type { HoldRow } from '../hold-row.ts'

const schema = z.object({
  holdId: id('LegalHold'),
  reason: visible(shortText(1_000, 'The reason'), 'The reason'),
})

const release = statement({
  name: 'release_legal_hold',
  parameters: ['companyId', 'viewerId', 'holdId', 'reason'],
  text: 'select app.release_legal_hold(:companyId, :viewerId, :holdId, :reason)',
})

/**
 * Releases a legal hold, so that the next purge deletes what is past its retention. Releasing twice changes nothing. Requires
 * CONVERSATION_AUDIT. Throws InvalidInputError, NotFoundError.
 */
export async function releaseLegalHold(context: Context, input: unknown): Promise<{ hold: HoldRow }> {
  requirePermission(context, 'CONVERSATION_AUDIT')
  const { holdId, reason } = parseInput(schema, input)
  const { viewer, tenant, loaders } = context
  await tenant.call(release, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    holdId,
    reason: (await context.keys()).encrypt(reason, { field: 'hold-reason', recordId: holdId }),
  })
  const hold = await loaders.legalHold.clear(holdId).load(holdId)
  if (!hold) throw new NotFoundError('There is no such hold.')
  return { hold }
}
