import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { NotFoundError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { id, lineText, parseInput } from '../../input.ts'
import type { HoldRow } from '../hold-row.ts'

const schema = z
  .object({
    name: lineText('The name'),
    userId: id('User').nullish(),
    conversationId: id('Conversation').nullish(),
    from: z.date().nullish(),
    to: z.date().nullish(),
  })
  .refine(({ userId, conversationId, from, to }) => userId || conversationId || (from && to), {
    path: ['userId'],
    error: 'A hold names a person, a conversation, or the beginning and end of a time.',
  })
  .refine(({ from, to }) => !from || !to || from < to, {
    path: ['to'],
    error: 'The end must be after the beginning.',
  })

const create = statement({
  name: 'create_legal_hold',
  parameters: ['companyId', 'viewerId', 'holdId', 'sealedName', 'userId', 'conversationId', 'from', 'to'],
  text: `select app.create_legal_hold(
    :companyId, :viewerId, :holdId, :sealedName, :userId, :conversationId, :from, :to
  )`,
})

/**
 * Places a legal hold: what it covers survives purges until it is released. Requires CONVERSATION_AUDIT. Throws InvalidInputError,
 * and NotFoundError for a person or conversation that the company does not have.
 */
export async function createLegalHold(context: Context, input: unknown): Promise<{ hold: HoldRow }> {
  requirePermission(context, 'CONVERSATION_AUDIT')
  const { name, userId = null, conversationId = null, from = null, to = null } = parseInput(schema, input)
  const { viewer, tenant, loaders } = context
  const holdId = newId()
  await tenant.call(create, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    holdId,
    sealedName: (await context.keys()).encrypt(name, { field: 'hold-name', recordId: holdId }),
    userId,
    conversationId,
    from,
    to,
  })
  const hold = await loaders.legalHold.load(holdId)
  if (!hold) throw new NotFoundError('There is no such hold.')
  return { hold }
}
