import { fairWork } from '../../concurrency/fair-work.ts'
import { type Context, requirePermission } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import {
  CHARACTERS_AT_ONCE,
  lengthOf,
  type MemberProblem,
  type NumberedRow,
  readMemberRows,
} from '../member-rows.ts'
import { judgeMember, type KnownRole, type Manager, type MemberFields } from '../validate-member.ts'
import { findErased } from './find-erased.ts'
import { lockMembers, readPosition } from './lock-members.ts'

/** The result of a synchronisation. */
export interface SyncedMembers {
  created: number
  updated: number
  unchanged: number
  problems: MemberProblem[]
}

const ERASED = { problem: 'This person was erased: the external id or e-mail address is theirs.' }

/** Synchronisations of thousands may have begun before; usual writes wait for a lock for 4 s. */
const WAIT_FOR_OTHERS = '10s'

interface Plan {
  counts: { created: number; updated: number; unchanged: number }
  problems: MemberProblem[]
  /** The members to write, by external id. */
  writes: (MemberFields & { id: string; externalId: string })[]
  /** The departments that people come from and go to. */
  departments: Set<string>
}

/**
 * Creates and updates members of the company by external id. Requires MEMBER_MANAGE. It is idempotent: fields that are
 * left out stay as they are. Rows with problems are reported and the others applied. Synchronisations of one company
 * run one after another, so that two with the same people neither fail nor create anybody twice.
 */
export async function syncMembers(context: Context, input: { members: unknown[] }): Promise<SyncedMembers> {
  requirePermission(context, 'MEMBER_MANAGE')
  if (input.members.length > 1000) {
    throw new InvalidInputError([{ path: ['members'], detail: 'At most 1,000 members are taken at once.' }])
  }
  const { viewer, tenant, services } = context
  const { companyId } = viewer
  const { rows, problems } = await readMemberRows(input.members)

  const { plan, position } = await tenant.transaction(async (transaction) => {
    await transaction.$executeRaw`select set_config('lock_timeout', ${WAIT_FOR_OTHERS}, true)`
    await lockMembers(transaction, companyId)
    const plan = await planWrites(transaction, context, rows)
    if (plan.departments.size > 0) await lockChannels(transaction, companyId, plan.departments)
    if (plan.writes.length > 0) await writeMembers(transaction, companyId, plan.writes)
    return { plan, position: await readPosition(transaction, companyId) }
  })

  services.viewers.forget(companyId)
  services.live.notify(companyId, position)
  const all = [...problems, ...plan.problems].sort((one, other) => one.index - other.index)
  return { ...plan.counts, problems: all }
}

/** The columns that a row of the input is compared with. */
const comparedColumns = {
  id: true,
  externalId: true,
  name: true,
  email: true,
  department: true,
  avatarUrl: true,
  roleId: true,
  isEnabled: true,
} as const

async function planWrites(transaction: Transaction, context: Context, rows: NumberedRow[]): Promise<Plan> {
  const { companyId, userId } = context.viewer
  const roles = await transaction.role.findMany({ where: { companyId } })
  const known = await transaction.user.findMany({
    where: { companyId, OR: [{ id: userId }, { externalId: { in: rows.map(({ row }) => row.externalId) } }] },
    select: comparedColumns,
  })
  const byName = new Map(roles.map((role): [string, KnownRole] => [role.name, role]))
  const byExternalId = new Map(known.map((member) => [member.externalId, member]))
  // Read under the lock, because an earlier synchronisation may have changed the viewer's own role.
  const ownRoleId = known.find((member) => member.id === userId)?.roleId
  const ownRole = roles.find((role) => role.id === ownRoleId)
  const manager: Manager = { userId, permissions: new Set(ownRole?.permissions) }
  if (!manager.permissions.has('MEMBER_MANAGE')) {
    throw new PermissionDeniedError('Your role lacks the permission MEMBER_MANAGE.', 'MEMBER_MANAGE')
  }

  const plan: Plan = {
    counts: { created: 0, updated: 0, unchanged: 0 },
    problems: [],
    writes: [],
    departments: new Set(),
  }
  const strangers = rows.filter(({ row }) => !byExternalId.has(row.externalId))
  const erased = await findErased(transaction, context, strangers)
  const done = fairWork(CHARACTERS_AT_ONCE)
  for (const { index, row } of rows) {
    const { externalId } = row
    await done(lengthOf(row))
    const member = byExternalId.get(externalId)
    const verdict = erased.has(index) ? ERASED : judgeMember(row, member, byName, manager)
    if (verdict === 'unchanged') plan.counts.unchanged += 1
    else if ('problem' in verdict) plan.problems.push({ index, externalId, detail: verdict.problem })
    else {
      plan.counts[member ? 'updated' : 'created'] += 1
      for (const { department } of [verdict.write, ...(member ? [member] : [])])
        if (department !== null) plan.departments.add(department)
      plan.writes.push({ ...verdict.write, id: member?.id ?? newId(), externalId })
    }
  }
  return plan
}

/** Before anything is written, because the channels of the departments are locked before the company's stream. */
async function lockChannels(
  transaction: Transaction,
  companyId: string,
  departments: ReadonlySet<string>,
): Promise<void> {
  await transaction.$queryRaw`select app.lock_channels(${companyId}::uuid, ${[...departments]})::text`
}

/** Writes all members by one statement; triggers change what follows from it. */
async function writeMembers(
  transaction: Transaction,
  companyId: string,
  writes: Plan['writes'],
): Promise<void> {
  await transaction.$executeRaw`
    insert into users (company_id, id, external_id, name, name_folded, search_words, search_source, email, department,
      avatar_url, role_id, is_enabled)
    select ${companyId}::uuid, r.id, r."externalId", r.name, r."nameFolded", r."searchWords", r."searchSource", r.email,
      r.department, r."avatarUrl", r."roleId", r."isEnabled"
    from jsonb_to_recordset(${JSON.stringify(writes)}::jsonb) r (id uuid, "externalId" text, name text, "nameFolded" text,
      "searchWords" text[], "searchSource" text, email text, department text, "avatarUrl" text, "roleId" uuid, "isEnabled" boolean)
    on conflict (company_id, id) do update set name = excluded.name, name_folded = excluded.name_folded,
      search_words = excluded.search_words, search_source = excluded.search_source,
      email = excluded.email, department = excluded.department, avatar_url = excluded.avatar_url, role_id = excluded.role_id, is_enabled = excluded.is_enabled`
}
