import type { Transaction } from '../../database/tenant-client.ts'
import type { LockedGroup } from './change-group.ts'

/** Lets the first people of a new group in, its creator before the others and as admin. */
export async function addFounders(
  transaction: Transaction,
  companyId: string,
  groupId: string,
  creatorId: string,
  others: string[],
): Promise<void> {
  await transaction.$executeRaw`
    insert into participants (company_id, conversation_id, user_id, role, joined_at)
    select ${companyId}::uuid, ${groupId}::uuid, ${creatorId}::uuid, 'ADMIN', now()
    union all
    select ${companyId}::uuid, ${groupId}::uuid, u.id, 'MEMBER', now() + interval '1 millisecond'
    from unnest(${others}::uuid[]) u (id)`
}

/** Lets people in, or in again; returns those who were not in already. */
export async function addMembers(
  transaction: Transaction,
  companyId: string,
  group: Pick<LockedGroup, 'id' | 'lastSeq'>,
  userIds: string[],
): Promise<string[]> {
  const joined = await transaction.$queryRaw<{ userId: string }[]>`
    select j.user_id as "userId" from unnest(${userIds}::uuid[]) u (id)
    cross join lateral app.join_conversation(${companyId}::uuid, ${group.id}::uuid, u.id, ${group.lastSeq}) j
    where j.user_id is not null`
  // Where every admin is gone or disabled, somebody who comes in takes over.
  if (joined.length > 0) await succeed(transaction, companyId, group.id)
  return joined.map(({ userId }) => userId)
}

/** Shows one member out; false if that person was not in. The marks stay, so that receipts never go back. */
export async function removeMember(
  transaction: Transaction,
  companyId: string,
  groupId: string,
  userId: string,
): Promise<boolean> {
  const removed = await transaction.participant.updateMany({
    where: { companyId, conversationId: groupId, userId, leftAt: null },
    data: { leftAt: new Date(), role: 'MEMBER' },
  })
  if (removed.count === 0) return false
  await transaction.conversation.update({
    where: { companyId_id: { companyId, id: groupId } },
    data: { accessVersion: { increment: 1 } },
  })
  await settleSuccession(transaction, companyId, groupId)
  return true
}

/**
 * The last admin hands over to the longest-standing enabled member, and if all are disabled to the first one who is enabled
 * again; without members a group closes. A context's conversation waits for the next person to open it.
 */
async function settleSuccession(transaction: Transaction, companyId: string, groupId: string): Promise<void> {
  const present = { companyId, conversationId: groupId, leftAt: null }
  if ((await transaction.participant.count({ where: present })) > 0) {
    await succeed(transaction, companyId, groupId)
    return
  }
  await transaction.conversation.updateMany({
    where: { companyId, id: groupId, kind: 'GROUP' },
    data: { isClosed: true },
  })
}

async function succeed(transaction: Transaction, companyId: string, groupId: string): Promise<void> {
  await transaction.$executeRaw`select app.settle_succession(${companyId}::uuid, ${groupId}::uuid)`
}
