import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { directConversationId } from '../../conversations/direct-id.ts'
import { requireConversation } from '../../conversations/queries/require-conversation.ts'
import type { Act } from '../../database/acting.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { InvalidInputError, NotFoundError, SpamRefusedError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { bodyText, id, ids, parseInput, subjectText, text } from '../../input.ts'
import { type Judgement, judgeSpam } from '../../moderation/queries/judge-spam.ts'
import type { SpamSignal } from '../../moderation/spam-signal.ts'
import { accessRules, NO_RULES } from '../../visibility/access-rules.ts'
import { canonicalJson } from '../canonical-json.ts'
import { hasUpTo128CodePoints, idempotencyKey, readIdempotencyKey } from '../idempotency-key.ts'
import type { MessageRow } from '../message-row.ts'
import { locationOfText, type TextField } from '../queries/message-text.ts'
import { findSent } from '../send-statements.ts'
import { fileIds, hasFiles, textWithFiles } from '../sent-files.ts'
import { tokensOf } from './tokens-of.ts'

const schema = z.object({
  conversationId: id('Conversation').nullish(),
  recipientId: id('User').nullish(),
  body: bodyText,
  subject: subjectText.nullish(),
  priority: z.enum(['LOW', 'NORMAL', 'HIGH', 'URGENT']).nullish(),
  parentId: id('Message').nullish(),
  mentionIds: ids('User')
    .refine((list) => list.length <= 100, { error: 'At most 100 people are mentioned.' })
    .nullish(),
  metadata: z
    .unknown()
    .optional()
    .transform((value, context) => {
      const json = JSON.stringify(value ?? null)
      if (Buffer.byteLength(json) <= 4096) return json === 'null' ? null : json
      context.addIssue({ code: 'custom', message: 'The metadata are longer than 4 KiB of JSON.' })
      return z.NEVER
    }),
  clientMessageId: text(1024, 'The clientMessageId')
    .refine(hasUpTo128CodePoints, { error: 'A clientMessageId has at most 128 characters.' })
    .nullish(),
  accessRules: accessRules.nullish(),
  attachmentIds: fileIds.nullish(),
  idempotencyKey: idempotencyKey.nullish(),
})

const schemaWithFiles = schema.extend({ body: textWithFiles })

/** A sent message. `replayed` is true if an earlier call with the same idempotency key sent it. */
export interface SentMessage {
  message: MessageRow
  replayed: boolean
  /** Set if it was sent although it looks like spam. */
  warning: { signals: SpamSignal[] } | null
  conversation(): Promise<ConversationRow>
}

/**
 * Sends a message, in one round trip to the database together with those that are sent concurrently. Throws NotFoundError, InvalidInputError, PermissionDeniedError,
 * ConflictError, RepliesClosedError, ThreadTooDeepError, SpamRefusedError; then nothing was written.
 */
export async function sendMessage(context: Context, input: unknown): Promise<SentMessage> {
  requirePermission(context, 'MESSAGE_WRITE')
  const request = readRequest(context, input)
  // Redis counts while the texts are encrypted.
  const judging = judgeSpam(context, {
    ...request,
    mentions: request.mentionIds.length,
    place: request.conversationId,
  })
  const [keys, judgement, act] = await Promise.all([context.keys(), judging, context.findAct(request.key)])
  try {
    const sent = await store(context, keys, { ...request, act }, judgement)
    if (sent.replayed) await judgement.undo()
    return sent
  } catch (error) {
    await judgement.undo()
    throw error
  }
}

/** The message of a request, sealed, before it has a place in its conversation. */
function sealMessage({ viewer }: Context, keys: CompanyKeys, request: SendRequest): MessageRow {
  const { conversationId } = request
  const written = { id: newId(), conversationId, authorId: viewer.userId, revision: 0 }
  const seal = (field: TextField, value: string | null) =>
    value === null ? null : keys.encrypt(value, locationOfText(written, field))
  return {
    ...written,
    seq: null,
    parentId: request.parentId,
    depth: 0,
    subject: seal('subject', request.subject),
    body: keys.encrypt(request.body, locationOfText(written, 'body')),
    metadata: seal('metadata', request.metadata),
    priority: request.priority,
    state: 'POSTED',
    clientMessageId: request.clientMessageId,
    createdAt: new Date(),
    editedAt: null,
    retractedAt: null,
    submittedAt: null,
    isRestricted: request.access !== NO_RULES,
    isLatest: true,
  }
}

async function store(
  context: Context,
  keys: CompanyKeys,
  request: SendRequest & { act: Act },
  { signals }: Judgement,
): Promise<SentMessage> {
  const { viewer, tenant, services } = context
  const message = sealMessage(context, keys, request)
  services.traces?.sending(message.id)
  const sent = await services.sends.send({
    ...request,
    tenant,
    companyId: viewer.companyId,
    authorId: viewer.userId,
    messageId: message.id,
    subject: message.subject,
    body: message.body,
    metadata: message.metadata,
    hash: request.key === null ? null : hashRequest(keys, request),
    tokens: await tokensOf(context, request),
    signals,
    caseId: newId(),
  })
  if (sent.replayed) return replay(context, sent.messageId)
  if (sent.penalty === 'REFUSED') throw new SpamRefusedError(sent.cooldownUntil ?? new Date())
  const { seq, depth, createdAt } = sent
  const isHeld = sent.penalty === 'HELD'
  return {
    message: {
      ...message,
      ...{ seq, depth, createdAt, state: isHeld ? 'HELD' : 'POSTED', submittedAt: isHeld ? createdAt : null },
    },
    replayed: false,
    warning: sent.penalty === 'WARNING' ? { signals: signals ?? [] } : null,
    conversation: () => requireConversation(context, message.conversationId),
  }
}

/** Answers a retried send from the message it made, as that is now; undefined if the key is new. */
export async function findReplayOfSend(input: unknown, context: Context): Promise<SentMessage | undefined> {
  const request = readRequest(context, input)
  if (request.key === null) return undefined
  const { tenant, viewer } = context
  const hash = hashRequest(await context.keys(), request)
  const [found] = await findSent({ tenant, authorId: viewer.userId, key: request.key, hash })
  return found?.messageId ? replay(context, found.messageId) : undefined
}

async function replay(context: Context, messageId: string): Promise<SentMessage> {
  const message = await context.loaders.message.load(messageId)
  if (!message) throw new NotFoundError('There is no such conversation.')
  return {
    message,
    replayed: true,
    warning: null,
    conversation: () => requireConversation(context, message.conversationId),
  }
}

interface SendRequest {
  conversationId: string
  recipientId: string | null
  body: string
  subject: string | null
  priority: string
  parentId: string | null
  mentionIds: string[]
  metadata: string | null
  clientMessageId: string | null
  /** The access rules as JSON. */
  access: string
  attachmentIds: string[]
  key: string | null
}

function readRequest(context: Context, input: unknown): SendRequest {
  const parsed = parseInput(hasFiles(input) ? schemaWithFiles : schema, input)
  return {
    ...whereTo(context.viewer, parsed),
    body: parsed.body,
    subject: parsed.subject ?? null,
    priority: parsed.priority ?? 'NORMAL',
    parentId: parsed.parentId ?? null,
    mentionIds: parsed.mentionIds ?? [],
    metadata: parsed.metadata,
    clientMessageId: parsed.clientMessageId ?? null,
    access: JSON.stringify(parsed.accessRules ?? []),
    attachmentIds: parsed.attachmentIds ?? [],
    key: readIdempotencyKey(context, parsed.idempotencyKey),
  }
}

function whereTo(
  { companyId, userId }: { companyId: string; userId: string },
  {
    conversationId,
    recipientId,
  }: { conversationId?: string | null | undefined; recipientId?: string | null | undefined },
): { conversationId: string; recipientId: string | null } {
  if (conversationId != null && recipientId == null) return { conversationId, recipientId: null }
  if (recipientId != null && conversationId == null) {
    return { conversationId: directConversationId(companyId, userId, recipientId), recipientId }
  }
  const detail = 'Give exactly one of conversationId and recipientId.'
  throw new InvalidInputError([
    { path: ['conversationId'], detail },
    { path: ['recipientId'], detail },
  ])
}

/** The request without its key: what a retry under the same key must repeat. */
function hashRequest(keys: CompanyKeys, request: SendRequest): Buffer {
  const { access, attachmentIds } = request
  const content = [
    request.conversationId,
    request.body,
    request.subject,
    request.priority,
    request.parentId,
    [...request.mentionIds].sort(),
    // Clients may write an object's members in another order when they try again.
    request.metadata === null ? null : canonicalJson(request.metadata),
    request.clientMessageId,
    ...(access === NO_RULES ? [] : [access]),
    ...(attachmentIds.length === 0 ? [] : [{ attachmentIds }]),
  ]
  return keys.requestHash(`sendMessage ${JSON.stringify(content)}`)
}
