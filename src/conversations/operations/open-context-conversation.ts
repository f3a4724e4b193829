import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { ids, parseInput, shortText, visible } from '../../input.ts'
import { foldedKey } from '../../text/folded-key.ts'
import type { Audience, ConversationRow } from '../conversation-row.ts'
import { requireConversation } from '../queries/require-conversation.ts'
import { appendGroupEvent, type GroupEvent, requireColleagues } from './change-group.ts'
import { titleText } from './create-group.ts'
import { addFounders, addMembers } from './group-members.ts'

/** The embedding product's id of an object, up to 255 characters. */
const contextKey = visible(shortText(255), 'The contextId')

const schema = z.object({
  type: z.enum(['TRANSACTION', 'PLAN', 'TOPIC']),
  contextId: contextKey,
  title: titleText.nullish(),
  participantIds: ids('User').nullish(),
  restricted: z.boolean().nullish(),
  sensitivity: z.enum(['NORMAL', 'CONFIDENTIAL', 'RESTRICTED']).nullish(),
})

interface OpenedRow {
  id: string
  audience: Audience
  lastSeq: number
  takesPart: boolean
}

type Request = z.infer<typeof schema>

interface Opener {
  companyId: string
  userId: string
  /** True if the opener has MEMBER_MANAGE and so may restrict conversations and take over restricted ones. */
  manages: boolean
}

/** The conversation and the event to publish. The event is null if nothing has changed. */
interface Opened {
  id: string
  event: GroupEvent | null
}

/** The permission to restrict conversations and to take over restricted ones. */
const RESTRICTING = 'MEMBER_MANAGE'

/**
 * Finds or creates the conversation about an object, and adds the viewer and the given people. If two people create it
 * at the same time, the second joins the first's. A restricted conversation can be opened by its participants and by
 * holders of MEMBER_MANAGE, who become its admins and may lift the restriction. Everybody else opens the open
 * conversation and does not learn that a restricted one exists. Throws PermissionDeniedError, and NotFoundError for an
 * unknown person.
 */
export async function openContextConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_CONTEXT')
  const request = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const { companyId, userId } = viewer
  const opener = { companyId, userId, manages: viewer.permissions.has(RESTRICTING) }
  const others = (request.participantIds ?? []).filter((each) => each !== userId)

  await requireAllowed(context, request)
  const opened = await tenant.transaction(async (transaction) => {
    await requireColleagues(transaction, companyId, [userId, ...others])
    const { id, event } = await open(transaction, opener, request, others)
    return { id, position: event && (await appendGroupEvent(transaction, id, userId, event)) }
  })
  if (opened.position !== null) services.live.notify(companyId, opened.position)
  return { conversation: await requireConversation(context, opened.id) }
}

/** Throws NotFoundError if the operator's policy denies the viewer the conversations about the object. */
async function requireAllowed(
  { services, tenant, viewer }: Context,
  { type, contextId, sensitivity }: Request,
): Promise<void> {
  const wanted = { contextType: type, contextId, sensitivity: sensitivity ?? 'NORMAL' }
  if (services.policy && !(await services.policy.allowsContext(tenant, viewer.userId, wanted)))
    throw new NotFoundError('There is no such conversation.')
}

async function open(
  transaction: Transaction,
  opener: Opener,
  request: Request,
  others: string[],
): Promise<Opened> {
  const restricted = await lock(transaction, opener, request, 'PARTICIPANTS')
  const isHeld = restricted !== undefined && (restricted.takesPart || opener.manages)
  if (request.restricted) {
    if (!restricted?.takesPart) requireRestricting(opener)
    return isHeld
      ? enterRestricted(transaction, opener, restricted, others)
      : makeOrJoin(transaction, opener, request, others)
  }
  if (isHeld && request.restricted === false && opener.manages) {
    const isFree = (await lock(transaction, opener, request, 'VISITORS')) === undefined
    if (isFree) return liftRestriction(transaction, opener, restricted, others)
  } else if (isHeld) return enterRestricted(transaction, opener, restricted, others)
  return makeOrJoin(transaction, opener, request, others)
}

/** The answer is the same whether or not a restricted conversation exists. */
function requireRestricting({ manages }: Opener): void {
  if (!manages) {
    throw new PermissionDeniedError('Only those who manage members may restrict a conversation.', RESTRICTING)
  }
}

/** Holders of MEMBER_MANAGE become admins, so that participants cannot lock them out. */
async function enterRestricted(
  transaction: Transaction,
  { companyId, userId, manages }: Opener,
  found: OpenedRow,
  others: string[],
): Promise<Opened> {
  const joined = await addMembers(transaction, companyId, found, [userId, ...others])
  const membership = { companyId, conversationId: found.id, userId, leftAt: null, role: 'MEMBER' }
  const promoted = manages
    ? await transaction.participant.updateMany({ where: membership, data: { role: 'ADMIN' } })
    : { count: 0 }
  if (joined.length > 0) return { id: found.id, event: { kind: 'PARTICIPANTS_CHANGED', joined } }
  return { id: found.id, event: promoted.count > 0 ? { kind: 'CONVERSATION_CHANGED' } : null }
}

async function liftRestriction(
  transaction: Transaction,
  opener: Opener,
  found: OpenedRow,
  others: string[],
): Promise<Opened> {
  await transaction.$executeRaw`
    update conversations c set audience = 'VISITORS', access_version = c.access_version + 1
    where c.company_id = ${opener.companyId}::uuid and c.id = ${found.id}::uuid`
  const { event } = await enterRestricted(transaction, opener, found, others)
  return { id: found.id, event: event ?? { kind: 'CONVERSATION_CHANGED' } }
}

async function makeOrJoin(
  transaction: Transaction,
  opener: Opener,
  request: Request,
  others: string[],
): Promise<Opened> {
  const { companyId, userId } = opener
  const id = newId()
  if (await make(transaction, opener, id, request)) {
    await addFounders(transaction, companyId, id, userId, others)
    return { id, event: { kind: 'PARTICIPANTS_CHANGED', joined: [userId, ...others] } }
  }
  const found = await lock(transaction, opener, request, audienceOf(request))
  if (!found) throw new NotFoundError('There is no such conversation.')
  const joined = await addMembers(transaction, companyId, found, [userId, ...others])
  return { id: found.id, event: joined.length > 0 ? { kind: 'PARTICIPANTS_CHANGED', joined } : null }
}

function audienceOf({ restricted }: Request): Audience {
  return restricted ? 'PARTICIPANTS' : 'VISITORS'
}

/** Returns false if the object has such a conversation already. */
async function make(
  transaction: Transaction,
  { companyId, userId }: Opener,
  id: string,
  request: Request,
): Promise<boolean> {
  const { type, contextId, sensitivity } = request
  const title = request.title ?? contextId
  const made = await transaction.$executeRaw`
    insert into conversations (company_id, id, kind, audience, title, title_folded, context_type, context_id, sensitivity,
      created_by_id)
    values (${companyId}::uuid, ${id}::uuid, 'CONTEXT', ${audienceOf(request)}, ${title}, ${foldedKey(title)}, ${type},
      ${contextId}, ${sensitivity ?? 'NORMAL'}, ${userId}::uuid)
    on conflict (company_id, context_type, context_id, audience) do nothing`
  return made === 1
}

async function lock(
  transaction: Transaction,
  { companyId, userId }: Opener,
  { type, contextId }: Request,
  audience: Audience,
): Promise<OpenedRow | undefined> {
  const [found] = await transaction.$queryRaw<OpenedRow[]>`
    select c.id, c.audience, c.last_seq as "lastSeq", exists (
      select from participants p where p.company_id = c.company_id and p.conversation_id = c.id
        and p.user_id = ${userId}::uuid and p.left_at is null
    ) as "takesPart"
    from conversations c
    where c.company_id = ${companyId}::uuid and c.context_type = ${type} and c.context_id = ${contextId}
      and c.audience = ${audience}
    for no key update of c`
  return found
}
