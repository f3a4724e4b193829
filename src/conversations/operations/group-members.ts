import type { Transaction } from '../../database/tenant-client.ts'
import type { LockedGroup } from './change-group.ts'

/** Adds the first people to a new group. The creator is added before the others, as admin. */
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

/** Adds people, also those who left earlier, and returns those who were not participants already. */
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
  // If no enabled admin is left, one of the participants becomes admin.
  if (joined.length > 0) await succeed(transaction, companyId, group.id)
  return joined.map(({ userId }) => userId)
}

/** True if the channel follows the department that the person is in, so that nobody else decides about the membership. */
export async function isBroughtByDepartment(
  transaction: Transaction,
  companyId: string,
  channelId: string,
  userId: string,
): Promise<boolean> {
  const found = await transaction.$queryRaw<object[]>`
    select from users u join conversation_departments d on d.company_id = u.company_id
      and d.conversation_id = ${channelId}::uuid and d.ended_at is null and d.key = app.department_key(u.department)
    where u.company_id = ${companyId}::uuid and u.id = ${userId}::uuid and u.is_enabled`
  return found.length > 0
}

/** Removes a participant. Returns false if the person was none. The marks are kept, so that receipts never go back. */
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
 * Decides what happens to a group when its last admin leaves: the longest-standing enabled member becomes admin, or if
 * all are disabled, the first one who is enabled again. A group without members is closed. A context conversation stays
 * open for the next person who opens it, and a department channel for the next person of its departments.
 */
async function settleSuccession(transaction: Transaction, companyId: string, groupId: string): Promise<void> {
  const present = { companyId, conversationId: groupId, leftAt: null }
  if ((await transaction.participant.count({ where: present })) > 0) {
    await succeed(transaction, companyId, groupId)
    return
  }
  await transaction.conversation.updateMany({
    where: { companyId, id: groupId, kind: 'GROUP', isDepartmentChannel: false },
    data: { isClosed: true },
  })
}

async function succeed(transaction: Transaction, companyId: string, groupId: string): Promise<void> {
  await transaction.$executeRaw`select app.settle_succession(${companyId}::uuid, ${groupId}::uuid)`
}
