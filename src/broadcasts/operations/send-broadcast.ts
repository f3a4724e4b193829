import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { InvalidInputError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { bodyText, ids, parseInput, subjectText } from '../../input.ts'
import { idempotencyKey, readIdempotencyKey } from '../../messages/idempotency-key.ts'
import { messageTokens } from '../../messages/message-tokens.ts'
import { locationOfText } from '../../messages/queries/message-text.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { requireBroadcast } from '../queries/require-broadcast.ts'
import { readSchedule, scheduleInput } from '../schedule.ts'

const schema = z.object({
  audience: z.enum(['ALL', 'GROUPS', 'USERS']),
  groupIds: ids('Conversation').nullish(),
  userIds: ids('User').nullish(),
  subject: subjectText,
  body: bodyText,
  priority: z.enum(['LOW', 'NORMAL', 'HIGH', 'URGENT']).nullish(),
  schedule: scheduleInput.nullish(),
  emailOffline: z.boolean().nullish(),
  repliesAllowed: z.boolean().nullish(),
  idempotencyKey: idempotencyKey.nullish(),
})

/** A sent broadcast. `replayed` is true if an earlier call with the same idempotency key sent it. */
export interface SentBroadcast {
  broadcast: BroadcastRow
  replayed: boolean
}

const sendOne: Statement = {
  name: 'send_broadcast',
  text: `select broadcast_id as "broadcastId", replayed, position::text as position
    from app.send_broadcast($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
}

const findSent: Statement = {
  name: 'find_sent_broadcast',
  text: `select app.remembered_broadcast($1, $2, $3) as "broadcastId", true as replayed, null as position`,
}

interface SentRow {
  broadcastId: string | null
  replayed: boolean
  position: string | null
}

/**
 * Sends a broadcast, or stores it until its scheduled time. Throws PermissionDeniedError, InvalidInputError,
 * NotFoundError, ConflictError, and RATE_LIMITED when the company has reached its broadcasts per hour. A scheduled
 * broadcast counts when it is sent.
 */
export async function sendBroadcast(context: Context, input: unknown): Promise<SentBroadcast> {
  requirePermission(context, 'CONVERSATION_BROADCAST')
  const request = readRequest(context, input)
  const keys = await context.keys()
  return store(context, keys, request)
}

/**
 * Answers a repeated call with the broadcast that the first one created, in its present state. Returns undefined if the
 * key is new.
 */
export async function findReplayOfBroadcast(
  input: unknown,
  context: Context,
): Promise<SentBroadcast | undefined> {
  const request = readRequest(context, input)
  if (request.key === null) return undefined
  const values = [context.viewer.userId, request.key, hashRequest(await context.keys(), request)]
  const [found] = await context.tenant.query<SentRow>(findSent, values)
  if (!found?.broadcastId) return undefined
  return { broadcast: await requireBroadcast(context, found.broadcastId), replayed: true }
}

type Request = ReturnType<typeof readRequest>

async function store(context: Context, keys: CompanyKeys, request: Request): Promise<SentBroadcast> {
  const { viewer, tenant, services } = context
  const id = newId()
  const seal = (field: 'subject' | 'body') =>
    keys.encrypt(
      request[field],
      locationOfText({ id, conversationId: id, authorId: viewer.userId, revision: 0 }, field),
    )
  const hash = request.key === null ? null : hashRequest(keys, request)
  const values = [
    viewer.companyId,
    viewer.userId,
    id,
    seal('subject'),
    seal('body'),
    await messageTokens(keys, request),
    request.priority,
    request.audience,
    request.groupIds,
    request.userIds,
    request.schedule?.localTime ?? null,
    request.schedule?.timeZone ?? null,
    request.schedule?.at ?? null,
    request.emailOffline,
    request.repliesAllowed,
    request.key,
    hash,
  ]
  const [sent] = await tenant.call<SentRow>(sendOne, values)
  if (!sent?.broadcastId) throw new Error('send_broadcast returned no row')
  if (sent.position) services.live.notify(viewer.companyId, Number(sent.position))
  return { broadcast: await requireBroadcast(context, sent.broadcastId), replayed: sent.replayed }
}

function readRequest(context: Context, input: unknown) {
  const parsed = parseInput(schema, input)
  const { audience, groupIds, userIds } = parsed
  const issues = [
    ...audienceIssues(audience, 'GROUPS', 'groupIds', groupIds),
    ...audienceIssues(audience, 'USERS', 'userIds', userIds),
  ]
  if (issues.length > 0) throw new InvalidInputError(issues)
  return {
    audience,
    groupIds: groupIds ?? [],
    userIds: userIds ?? [],
    subject: parsed.subject,
    body: parsed.body,
    priority: parsed.priority ?? 'NORMAL',
    schedule: parsed.schedule ? readSchedule(parsed.schedule, ['schedule']) : null,
    emailOffline: parsed.emailOffline ?? false,
    repliesAllowed: parsed.repliesAllowed ?? false,
    key: readIdempotencyKey(context, parsed.idempotencyKey),
  }
}

/** Validates that GROUPS has groupIds, USERS has userIds, and ALL has neither. Empty lists are errors. */
function audienceIssues(
  audience: string,
  takes: string,
  name: string,
  list: readonly string[] | null | undefined,
) {
  if (audience !== takes) {
    return list == null ? [] : [{ path: [name], detail: `${name} go with the audience ${takes} alone.` }]
  }
  return list?.length ? [] : [{ path: [name], detail: 'Name at least one.' }]
}

/** Hashes the request without its key. A call with the same key must have the same hash. */
function hashRequest(keys: CompanyKeys, { key: _, schedule, ...request }: Request): Buffer {
  const content = {
    ...request,
    groupIds: [...request.groupIds].sort(),
    userIds: [...request.userIds].sort(),
    schedule: schedule && [schedule.localTime, schedule.timeZone],
  }
  return keys.requestHash(`sendBroadcast ${JSON.stringify(content)}`)
}
