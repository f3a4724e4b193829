import { z } from 'zod'
import { type Context, requirePermission } from '../context.ts'
import type { Transaction } from '../database/tenant-client.ts'
import { NotFoundError } from '../errors.ts'
import { newId } from '../ids.ts'
import { ids, parseInput, shortText, visible } from '../input.ts'
import { foldedKey } from '../search/fold.ts'
import { appendGroupEvent, requireColleagues } from './change-group.ts'
import type { Audience, ConversationRow } from './conversation-row.ts'
import { titleText } from './create-group.ts'
import { addFounders, addMembers } from './group-members.ts'
import { requireConversation } from './require-conversation.ts'

/** The embedding product's own id of a context, up to 255 characters. */
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

/**
 * Opens the one conversation of a context, made if need be, and joins the viewer and whom the viewer names to it. Of two
 * who open it at the same instant the second joins what the first has made. Throws NotFoundError for a restricted one
 * that the viewer takes no part in, or an unknown colleague.
 */
export async function openContextConversation(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  requirePermission(context, 'CONVERSATION_CONTEXT')
  const request = parseInput(schema, input)
  const { viewer, tenant, parts } = context
  const { companyId, userId } = viewer
  const others = (request.participantIds ?? []).filter((each) => each !== userId)

  const opened = await tenant.transaction(async (transaction) => {
    await requireColleagues(transaction, companyId, [userId, ...others])
    const { id, joined } = await makeOrJoin(transaction, { companyId, userId }, request, others)
    if (joined.length === 0) return { id, position: null }
    const event = { kind: 'PARTICIPANTS_CHANGED', joined } as const
    return { id, position: await appendGroupEvent(transaction, id, userId, event) }
  })
  if (opened.position !== null) parts.live.wake(companyId, opened.position)
  return { conversation: await requireConversation(context, opened.id) }
}

type Request = z.infer<typeof schema>
type Opener = { companyId: string; userId: string }

async function makeOrJoin(
  transaction: Transaction,
  opener: Opener,
  request: Request,
  others: string[],
): Promise<{ id: string; joined: string[] }> {
  const { companyId, userId } = opener
  const id = newId()
  if (await make(transaction, opener, id, request)) {
    await addFounders(transaction, companyId, id, userId, others)
    return { id, joined: [userId, ...others] }
  }
  const found = await lock(transaction, opener, request)
  if (!found || (found.audience === 'PARTICIPANTS' && !found.takesPart)) {
    throw new NotFoundError('There is no such conversation.')
  }
  return { id: found.id, joined: await addMembers(transaction, companyId, found, [userId, ...others]) }
}

/** False if the context has its conversation already. */
async function make(
  transaction: Transaction,
  { companyId, userId }: Opener,
  id: string,
  { type, contextId, title: given, restricted, sensitivity }: Request,
): Promise<boolean> {
  const title = given ?? contextId
  const made = await transaction.$executeRaw`
    insert into conversations (company_id, id, kind, audience, title, title_folded, context_type, context_id, sensitivity,
      created_by_id)
    values (${companyId}::uuid, ${id}::uuid, 'CONTEXT', ${restricted ? 'PARTICIPANTS' : 'VISITORS'}, ${title},
      ${foldedKey(title)}, ${type}, ${contextId}, ${sensitivity ?? 'NORMAL'}, ${userId}::uuid)
    on conflict (company_id, context_type, context_id) do nothing`
  return made === 1
}

async function lock(
  transaction: Transaction,
  { companyId, userId }: Opener,
  { type, contextId }: Request,
): Promise<OpenedRow | undefined> {
  const [found] = await transaction.$queryRaw<OpenedRow[]>`
    select c.id, c.audience, c.last_seq as "lastSeq", exists (
      select from participants p where p.company_id = c.company_id and p.conversation_id = c.id
        and p.user_id = ${userId}::uuid and p.left_at is null
    ) as "takesPart"
    from conversations c
    where c.company_id = ${companyId}::uuid and c.context_type = ${type} and c.context_id = ${contextId}
    for no key update of c`
  return found
}
