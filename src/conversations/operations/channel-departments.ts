import { z } from 'zod'
import { recordAct } from '../../audit/record-act.ts'
import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { PermissionDeniedError } from '../../errors.ts'
import { lineText } from '../../input.ts'
import { lockMembers } from '../../members/operations/lock-members.ts'

/** Maximum number of departments that a channel follows. */
const MAX_DEPARTMENTS = 100

/** The departments that a channel follows: their names as members have them. */
export const departmentNames = z
  .array(z.unknown())
  .min(1, { error: 'Name at least one department.' })
  .max(MAX_DEPARTMENTS, { error: `A channel follows at most ${MAX_DEPARTMENTS} departments.`, abort: true })
  .pipe(z.array(lineText('The department')))

/**
 * Locks the company's members, so that none of them moves meanwhile. Throws PermissionDeniedError unless the viewer still has
 * MEMBER_MANAGE.
 */
export async function lockForManager(transaction: Transaction, { viewer }: Context): Promise<void> {
  const { companyId, userId } = viewer
  await lockMembers(transaction, companyId)
  const member = await transaction.user.findFirst({
    where: { companyId, id: userId },
    select: { role: { select: { permissions: true } } },
  })
  if (!member?.role.permissions.includes('MEMBER_MANAGE'))
    throw new PermissionDeniedError('Your role lacks the permission MEMBER_MANAGE.', 'MEMBER_MANAGE')
}

/** The people who have come and gone. */
interface Moves {
  joined: string[]
  left: string[]
}

/** Makes a channel follow these departments, and no others. The caller holds the locks of members and of the channel. */
export async function follow(
  transaction: Transaction,
  companyId: string,
  channelId: string,
  names: string[],
): Promise<Moves> {
  await transaction.$executeRaw`
    update conversation_departments d set ended_at = now()
    where d.ended_at is null and d.company_id = ${companyId}::uuid and d.conversation_id = ${channelId}::uuid`
  await transaction.$executeRaw`
    insert into conversation_departments (company_id, conversation_id, key, name)
    select distinct on (app.department_key(n.name)) ${companyId}::uuid, ${channelId}::uuid, app.department_key(n.name), n.name
    from unnest(${names}::text[]) with ordinality n (name, at) order by app.department_key(n.name), n.at
    on conflict (company_id, conversation_id, key) do update set name = excluded.name, ended_at = null`
  const [moves] = await transaction.$queryRaw<Moves[]>`
    select f.joined, f.departed as "left" from app.follow_departments(${companyId}::uuid, ${channelId}::uuid, null) f`
  await transaction.$executeRaw`select app.settle_succession(${companyId}::uuid, ${channelId}::uuid)`
  return moves ?? { joined: [], left: [] }
}

/** Records in the audit trail that a channel follows other departments than before. */
export async function recordChannel(
  transaction: Transaction,
  kind: 'channel.created' | 'channel.departments_changed',
  channelId: string,
  departments: number,
): Promise<void> {
  await recordAct(transaction, {
    kind,
    objectId: channelId,
    conversationId: channelId,
    detail: { departments },
  })
}
