import { z } from 'zod'
import { type Context, requirePermission } from '../context.ts'
import { InvalidInputError } from '../errors.ts'
import { newId } from '../ids.ts'
import { parseInput, shortText, visible } from '../input.ts'
import { fold } from '../search/fold.ts'
import { defaultRole } from './permissions.ts'

/** A row that was not applied, and why. */
export interface MemberProblem {
  index: number
  externalId: string
  detail: string
}

/** What a synchronisation did. */
export interface SyncedMembers {
  created: number
  updated: number
  unchanged: number
  problems: MemberProblem[]
}

const rowSchema = z.object({
  externalId: visible(shortText(255), 'The externalId'),
  name: visible(shortText(255), 'The name'),
  email: z.email({ error: 'This is not an e-mail address.' }).max(254).nullish(),
  department: shortText(255).nullish(),
  role: shortText(255).nullish(),
  isEnabled: z.boolean().nullish(),
})

type MemberRow = z.output<typeof rowSchema>

interface KnownMember {
  id: string
  externalId: string | null
  name: string
  email: string | null
  department: string | null
  roleId: string
  isEnabled: boolean
}

type Verdict =
  | { create: MemberFields & { externalId: string } }
  | { update: MemberFields; known: KnownMember }
  | 'unchanged'

interface MemberFields {
  name: string
  nameFolded: string
  email: string | null
  department: string | null
  roleId: string
  isEnabled: boolean
}

/**
 * Mirrors people of the embedding product by their external id; needs MEMBER_MANAGE. Idempotent: what is left out of a
 * row stays as it is. Rows with problems are reported and the rest applied (features 1.10).
 */
export async function syncMembers(context: Context, input: { members: unknown[] }): Promise<SyncedMembers> {
  requirePermission(context, 'MEMBER_MANAGE')
  if (input.members.length > 1000) {
    throw new InvalidInputError([{ path: ['members'], detail: 'At most 1,000 members are taken at once.' }])
  }
  const { viewer, tenant, parts } = context
  const problems: MemberProblem[] = []
  const rows = readRows(input.members, problems)
  const companyId = viewer.companyId

  const result = await tenant.transaction(async (transaction) => {
    const roles = await transaction.role.findMany({ where: { companyId } })
    const known = await transaction.user.findMany({
      where: { companyId, externalId: { in: rows.map(({ row }) => row.externalId) } },
    })
    const roleIds = new Map(roles.map((role) => [role.name, role.id]))
    const members = new Map(known.map((member) => [member.externalId, member]))
    const counts = { created: 0, updated: 0, unchanged: 0 }
    const disabled: string[] = []
    const created: (MemberFields & { companyId: string; id: string; externalId: string })[] = []

    for (const { index, row } of rows) {
      const roleId = roleIds.get(row.role ?? defaultRole)
      if (row.role != null && !roleId) {
        problems.push({ index, externalId: row.externalId, detail: `The company has no role "${row.role}".` })
        continue
      }
      const verdict = judge(row, roleId, members.get(row.externalId))
      if (verdict === 'unchanged') counts.unchanged += 1
      else if ('create' in verdict) {
        created.push({ companyId, id: newId(), ...verdict.create })
        counts.created += 1
      } else if (
        verdict.known.id === viewer.userId &&
        (!verdict.update.isEnabled || verdict.update.roleId !== verdict.known.roleId)
      ) {
        problems.push({
          index,
          externalId: row.externalId,
          detail: 'You cannot disable yourself or change your own role.',
        })
      } else {
        await transaction.user.update({
          where: { companyId_id: { companyId, id: verdict.known.id } },
          data: verdict.update,
        })
        counts.updated += 1
        if (verdict.known.isEnabled && !verdict.update.isEnabled) disabled.push(verdict.known.id)
      }
    }
    if (created.length > 0) await transaction.user.createMany({ data: created })
    if (disabled.length === 0) return { counts, position: undefined }
    const [event] = await transaction.$queryRaw<{ position: bigint }[]>`
      select app.append_event('ACCESS_CHANGED', null, p_actor => ${viewer.userId}::uuid, p_left => ${disabled}::uuid[]) as position`
    return { counts, position: event?.position }
  })

  parts.viewers.forget(companyId)
  if (result.position !== undefined) parts.live.wake(companyId, Number(result.position))
  problems.sort((a, b) => a.index - b.index)
  return { ...result.counts, problems }
}

/** Rows that can be read, one for each external id. */
function readRows(members: unknown[], problems: MemberProblem[]): { index: number; row: MemberRow }[] {
  const seen = new Set<string>()
  return members.flatMap((member, index) => {
    const externalId = (member as { externalId: string }).externalId
    const report = (detail: string) => {
      problems.push({ index, externalId: externalId.toWellFormed(), detail })
      return []
    }
    if (seen.has(externalId)) return report('This externalId stands in an earlier row of the same call.')
    try {
      const row = parseInput(rowSchema, member)
      seen.add(externalId)
      return [{ index, row }]
    } catch (error) {
      if (error instanceof InvalidInputError)
        return report(error.issues.map((issue) => issue.detail).join(' '))
      throw error
    }
  })
}

function judge(row: MemberRow, roleId: string | undefined, known: KnownMember | undefined): Verdict {
  const fields: MemberFields = {
    name: row.name,
    nameFolded: fold(row.name),
    email: row.email === undefined ? (known?.email ?? null) : row.email,
    department: row.department === undefined ? (known?.department ?? null) : row.department,
    roleId: row.role == null && known ? known.roleId : (roleId ?? ''),
    isEnabled: row.isEnabled ?? known?.isEnabled ?? true,
  }
  if (!known) return { create: { ...fields, externalId: row.externalId } }
  const { name, email, department, isEnabled } = fields
  const same =
    known.name === name &&
    known.email === email &&
    known.department === department &&
    known.isEnabled === isEnabled &&
    known.roleId === fields.roleId
  return same ? 'unchanged' : { update: fields, known }
}
