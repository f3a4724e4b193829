import type { Database } from '../database/database.ts'
import { newId } from '../ids.ts'
import { builtInRoles } from '../members/permissions.ts'
import { fold } from '../search/fold.ts'

/** A company to create, with its first people. */
export interface NewCompany {
  name: string
  /** The embedding product's own id for it. */
  externalId: string | null
  members: {
    externalId: string
    name: string
    email: string | null
    department: string | null
    role: string
  }[]
}

/** Creates a company with the built-in roles and its first members, all or none; returns its id. */
export async function createCompany(
  database: Database,
  { name, externalId, members }: NewCompany,
): Promise<string> {
  const companyId = newId()
  const roles = Object.entries(builtInRoles).map(([role, permissions]) => ({
    companyId,
    id: newId(),
    name: role,
    permissions: [...permissions],
    isBuiltIn: true,
  }))
  const roleIds = new Map(roles.map((role) => [role.name, role.id]))
  await database.forChores(companyId).transaction(async (transaction) => {
    await transaction.company.create({ data: { id: companyId, name, externalId } })
    await transaction.companyStream.create({ data: { companyId } })
    await transaction.role.createMany({ data: roles })
    await transaction.user.createMany({
      data: members.map(({ role, ...member }) => ({
        ...member,
        companyId,
        id: newId(),
        nameFolded: fold(member.name),
        roleId: roleIds.get(role) ?? roleIds.get('member') ?? '',
      })),
    })
  })
  return companyId
}

/** Brings the built-in roles of existing companies up to this version's permissions (features 1.7). */
export async function refreshBuiltInRoles(database: Database): Promise<void> {
  const companies = await database.acrossCompanies<{ id: string }>(
    { name: 'all_companies', text: 'select id from companies order by id' },
    [],
  )
  for (const { id: companyId } of companies) {
    const { prisma } = database.forChores(companyId)
    for (const [name, permissions] of Object.entries(builtInRoles)) {
      await prisma.role.updateMany({
        where: { companyId, name, isBuiltIn: true, NOT: { permissions: { equals: [...permissions] } } },
        data: { permissions: [...permissions] },
      })
    }
  }
}
