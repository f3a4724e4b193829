import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { InvalidInputError, SpamRefusedError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { bodyText, ids, parseInput, subjectText } from '../../input.ts'
import { idempotencyKey, readIdempotencyKey } from '../../messages/idempotency-key.ts'
import { tokensOf } from '../../messages/operations/tokens-of.ts'
import { locationOfText } from '../../messages/queries/message-text.ts'
import { fileIds, hasFiles, textWithFiles } from '../../messages/sent-files.ts'
import { judgeSpam } from '../../moderation/queries/judge-spam.ts'
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
  attachmentIds: fileIds.nullish(),
  idempotencyKey: idempotencyKey.nullish(),
})
const schemaWithFiles = schema.extend({ body: textWithFiles })

/** A sent broadcast. `replayed` is true if an earlier call with the same idempotency key sent it. */
export interface SentBroadcast {
  broadcast: BroadcastRow
  replayed: boolean
}

const sendOne = statement({
  name: 'send_broadcast',
  parameters: [
    'companyId',
    'viewerId',
    'broadcastId',
    'subject',
    'body',
    'tokens',
    'priority',
    'audience',
    'groupIds',
    'userIds',
    'localTime',
    'timeZone',
    'scheduledFor',
    'emailOffline',
    'repliesAllowed',
    'idempotencyKey',
    'requestHash',
    'signals',
    'attachmentIds',
  ],
  row: rowsOf<SentRow>(),
  text: `select broadcast_id as "broadcastId", replayed, position::text as position, cooldown_until as "cooldownUntil"
    from app.send_broadcast(
      :companyId, :viewerId, :broadcastId, :subject, :body, :tokens, :priority, :audience, :groupIds, :userIds,
      :localTime, :timeZone, :scheduledFor, :emailOffline, :repliesAllowed, :idempotencyKey, :requestHash, :signals, :attachmentIds
    )`,
})

const findSent = statement({
  name: 'find_sent_broadcast',
  parameters: ['viewerId', 'idempotencyKey', 'requestHash'],
  row: rowsOf<SentRow>(),
  text: `select app.remembered_broadcast(:viewerId, :idempotencyKey, :requestHash) as "broadcastId", true as replayed,
    null as position, null as "cooldownUntil"`,
})

interface SentRow {
  broadcastId: string | null
  replayed: boolean
  position: string | null
  cooldownUntil: Date | null
}

/**
 * Sends a broadcast, or stores it until its scheduled time. Throws PermissionDeniedError, InvalidInputError,
 * NotFoundError, ConflictError, and RATE_LIMITED when the company has reached its broadcasts per hour. A scheduled
 * broadcast counts when it is sent. Throws SpamRefusedError for a text that is taken for spam, but for the first time.
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
  const values = {
    viewerId: context.viewer.userId,
    idempotencyKey: request.key,
    requestHash: hashRequest(await context.keys(), request),
  }
  const [found] = await context.tenant.query(findSent, values)
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
  const { signals, undo } = await judgeSpam(context, { ...request, mentions: 0, place: id })
  const values = {
    companyId: viewer.companyId,
    viewerId: viewer.userId,
    broadcastId: id,
    subject: seal('subject'),
    body: seal('body'),
    tokens: await tokensOf(context, request),
    priority: request.priority,
    audience: request.audience,
    groupIds: request.groupIds,
    userIds: request.userIds,
    localTime: request.schedule?.localTime ?? null,
    timeZone: request.schedule?.timeZone ?? null,
    scheduledFor: request.schedule?.at ?? null,
    emailOffline: request.emailOffline,
    repliesAllowed: request.repliesAllowed,
    idempotencyKey: request.key,
    requestHash: hash,
    signals,
    attachmentIds: request.attachmentIds,
  }
  const [sent] = await tenant.call(sendOne, values).catch(async (error) => {
    await undo()
    throw error
  })
  if (sent?.replayed || sent?.cooldownUntil) await undo()
  if (sent?.cooldownUntil) throw new SpamRefusedError(sent.cooldownUntil)
  if (!sent?.broadcastId) throw new Error('send_broadcast returned no row')
  if (sent.position) services.live.notify(viewer.companyId, Number(sent.position))
  return { broadcast: await requireBroadcast(context, sent.broadcastId), replayed: sent.replayed }
}

function readRequest(context: Context, input: unknown) {
  const parsed = parseInput(hasFiles(input) ? schemaWithFiles : schema, input)
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
    attachmentIds: parsed.attachmentIds ?? [],
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
function hashRequest(keys: CompanyKeys, { key: _, schedule, attachmentIds, ...request }: Request): Buffer {
  const content = {
    ...request,
    groupIds: [...request.groupIds].sort(),
    userIds: [...request.userIds].sort(),
    schedule: schedule && [schedule.localTime, schedule.timeZone],
    ...(attachmentIds.length > 0 && { attachmentIds }),
  }
  return keys.requestHash(`sendBroadcast ${JSON.stringify(content)}`)
}
