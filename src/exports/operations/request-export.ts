import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { NotFoundError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { ids, parseInput } from '../../input.ts'
import { sealFilter } from '../export-filter.ts'
import type { ExportRow } from '../export-row.ts'
import { EXPORT_PERMISSIONS } from '../queries/exports.ts'

const MAX_DAYS = 366
/** Exports of a company that wait or run. */
const MAX_WAITING = 5
const DAY_MS = 86_400_000

const filter = (of: ReturnType<typeof ids>) =>
  of.refine((list) => list.length > 0, { error: 'Give at least one id, or leave this out.' }).nullish()

/** The span of time of an export. */
const span = z
  .object({ from: z.date(), to: z.date() })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'The end must be after the beginning.' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= MAX_DAYS * DAY_MS, {
    path: ['to'],
    error: `An export spans at most ${MAX_DAYS} days: request several.`,
  })
  .refine(({ to }) => to.getTime() <= Date.now(), {
    path: ['to'],
    error: 'This is in the future: messages up to then are not there yet.',
  })

const schema = z
  .object({
    format: z.enum(['CSV', 'JSONL']),
    userIds: filter(ids('User')),
    conversationIds: filter(ids('Conversation')),
  })
  .and(span)

const request = statement({
  name: 'request_export',
  parameters: [
    'companyId',
    'viewerId',
    'exportId',
    'format',
    'from',
    'to',
    'filter',
    'userIds',
    'conversationIds',
    'max',
  ],
  text: `select app.request_export(
    :companyId, :viewerId, :exportId, :format, :from, :to, :filter, :userIds, :conversationIds, :max
  )`,
})

/**
 * Queues an export. Requires AUDIT_READ and CONVERSATION_AUDIT. Throws InvalidInputError, NotFoundError for people and conversations
 * that the company does not have, and ConflictError while too many exports wait.
 */
export async function requestExport(context: Context, input: unknown): Promise<{ export: ExportRow }> {
  for (const permission of EXPORT_PERMISSIONS) requirePermission(context, permission)
  const { format, from, to, userIds = null, conversationIds = null } = parseInput(schema, input)
  const { viewer, tenant, loaders } = context
  const exportId = newId()
  await tenant.call(request, {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    exportId,
    format,
    from,
    to,
    filter: sealFilter(await context.keys(), exportId, {
      userIds,
      conversationIds,
      withheld: null,
      files: null,
    }),
    userIds: userIds ?? [],
    conversationIds: conversationIds ?? [],
    max: MAX_WAITING,
  })
  const requested = await loaders.export.load(exportId)
  if (!requested) throw new NotFoundError('There is no such export.')
  return { export: requested }
}
