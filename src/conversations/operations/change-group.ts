import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { type GroupKind, kindsFor, mayManage, type Standing } from '../conversation-rules.ts'

/** A group, context or global conversation, locked for a change, and the viewer's role in it. */
export interface LockedGroup extends Standing {
  id: string
  kind: GroupKind
  lastSeq: number
}

/** The event that subscribers receive about a change to a group. */
export interface GroupEvent {
  kind: 'PARTICIPANTS_CHANGED' | 'CONVERSATION_CHANGED'
  joined?: string[]
  left?: string[]
}

interface LockedRow extends Standing {
  id: string
  lastSeq: number
}

/**
 * Runs one change to a group under its lock. Sending takes the same lock, so nobody posts after having been removed.
 * The change returns the event to publish, or null if nothing has changed. `named` is the name of the id in the input;
 * `takes` are the kinds that the id may belong to, and `lockFirst` takes locks that come before the group's. Throws NotFoundError for a conversation that the viewer cannot see,
 * and InvalidInputError for one of another kind.
 */
export async function changeGroup(
  { tenant, viewer, services }: Context,
  named: { groupId: string } | { conversationId: string },
  change: (transaction: Transaction, group: LockedGroup) => Promise<GroupEvent | null>,
  takes: readonly GroupKind[],
  lockFirst?: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  const position = await tenant.transaction(async (transaction) => {
    await lockFirst?.(transaction)
    const group = await lockGroup(transaction, viewer, named, takes)
    const event = await change(transaction, group)
    return event && appendGroupEvent(transaction, group.id, viewer.userId, event)
  })
  if (position !== null) services.live.notify(viewer.companyId, position)
}

/** Appends a group's event. It must be the last statement of its transaction. */
export async function appendGroupEvent(
  transaction: Transaction,
  groupId: string,
  actorId: string,
  { kind, joined = [], left = [] }: GroupEvent,
): Promise<number> {
  const [event] = await transaction.$queryRaw<{ position: bigint }[]>`
    select app.append_event(${kind}, ${groupId}::uuid, null, null, ${actorId}::uuid, null, ${joined}::uuid[], ${left}::uuid[])
      as position`
  return Number(event?.position)
}

/** Changes the people of a group under its lock, for those who may manage it. Throws PermissionDeniedError, as changeGroup does. */
export async function changePeople(
  context: Context,
  conversationId: string,
  change: (transaction: Transaction, group: LockedGroup) => Promise<GroupEvent | null>,
): Promise<void> {
  await changeGroup(
    context,
    { conversationId },
    async (transaction, group) => {
      if (!mayManage(group, context.viewer.permissions)) throw adminsOnly()
      return change(transaction, group)
    },
    kindsFor.ADD_PARTICIPANTS,
  )
}

/** The error for a participant who is no admin of the group. */
export function adminsOnly(): PermissionDeniedError {
  return new PermissionDeniedError('Only an admin of the group may do this.')
}

/** Throws NotFoundError unless every one of these people is an enabled member of the company. */
export async function requireColleagues(
  transaction: Transaction,
  companyId: string,
  userIds: string[],
): Promise<void> {
  const found = await transaction.user.count({ where: { companyId, id: { in: userIds }, isEnabled: true } })
  if (found < userIds.length) throw new NotFoundError('At least one of these people does not exist.')
}

async function lockGroup(
  transaction: Transaction,
  { companyId, userId }: { companyId: string; userId: string },
  named: { groupId: string } | { conversationId: string },
  takes: readonly GroupKind[],
): Promise<LockedGroup> {
  const [[inputName, groupId] = []] = Object.entries(named)
  await transaction.$queryRaw`
    select from conversations c where c.company_id = ${companyId}::uuid and c.id = ${groupId}::uuid for no key update`
  const [row] = await transaction.$queryRaw<LockedRow[]>`
    select c.id, c.kind, c.access, c.last_seq as "lastSeq", c.is_closed as "isClosed", c.is_department_channel as "isDepartmentChannel",
      p.role as "viewerRole"
    from conversations c left join lateral app.membership_of(c.company_id, c.id, c.audience, ${userId}::uuid) p on true
    where c.company_id = ${companyId}::uuid and c.id = ${groupId}::uuid and (
      app.is_readable(p.user_id, c.kind, c.last_seq, c.created_by_id, c.audience)
      or app.is_listed(c.kind, c.access, c.is_closed)
    )`
  if (!row) {
    throw new NotFoundError(`There is no such ${inputName === 'groupId' ? 'group' : 'conversation'}.`)
  }
  const kind = takes.find((each) => each === row.kind)
  if (kind) return { ...row, kind }
  throw new InvalidInputError([{ path: [String(inputName)], detail: 'This conversation is not a group.' }])
}
