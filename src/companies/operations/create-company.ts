import { rowsOf } from '../../database/columns.ts'
import type { Database } from '../../database/database.ts'
import { statement } from '../../database/statement.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import { ConflictError } from '../../errors.ts'
import { companyIdIn, newId } from '../../ids.ts'
import { builtInRoles } from '../../members/permissions.ts'
import { searchedBy } from '../../text/person-words.ts'

/** A company to create, with its first people. */
export interface NewCompany {
  name: string
  /** The embedding product's id of the company. */
  externalId: string | null
  members: {
    externalId: string
    name: string
    email: string | null
    department: string | null
    role: string
    /** The login to tie to the member at creation. Usually the first sign-in ties one. */
    issuer?: string
    subject?: string
  }[]
}

const listCompanies = statement({
  name: 'all_companies',
  row: rowsOf<{ id: string }>(),
  text: 'select id from companies order by id',
})

const refreshRoles = statement({
  name: 'refresh_built_in_roles',
  parameters: ['companyId', 'roles'],
  text: `update roles r set permissions = b.permissions
         from jsonb_to_recordset(:roles) b (name text, permissions text[])
         where r.company_id = :companyId and r.is_built_in and r.name = b.name and r.permissions <> b.permissions`,
})

/**
 * Creates a company with the built-in roles and its first members in one transaction, and returns its id. Throws
 * ConflictError.
 */
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
  await database.forSystem(companyId).transaction(async (transaction) => {
    if (externalId !== null && (await isIdOfCompany(transaction, externalId))) {
      throw new ConflictError(
        `The external id ${externalId} is the id of another company: choose one that is not.`,
      )
    }
    if (externalId !== null && (await transaction.company.findFirst({ where: { externalId } }))) {
      throw new ConflictError(`There is a company with the external id ${externalId} already.`)
    }
    await transaction.company.create({ data: { id: companyId, name, externalId } })
    await transaction.companyStream.create({ data: { companyId } })
    await transaction.role.createMany({ data: roles })
    await transaction.user.createMany({
      data: members.map(({ role, ...member }) => ({
        ...member,
        companyId,
        id: newId(),
        ...searchedBy(member.name, member.email),
        roleId: roleIds.get(role) ?? roleIds.get('member') ?? '',
      })),
    })
  })
  return companyId
}

/** A company can be named by its id or external id, so an external id must not be the id of another. */
async function isIdOfCompany(transaction: Transaction, reference: string): Promise<boolean> {
  const id = companyIdIn(reference)
  return id !== undefined && (await transaction.company.findFirst({ where: { id } })) !== null
}

/** Updates the built-in roles of all companies to this version's permissions. */
export async function refreshBuiltInRoles(database: Database): Promise<void> {
  const roles = JSON.stringify(
    Object.entries(builtInRoles).map(([name, permissions]) => ({ name, permissions })),
  )
  for (const id of await companyIds(database)) {
    await database.forSystem(id).query(refreshRoles, { companyId: id, roles })
  }
}

/** Returns the ids of all companies, oldest first. */
export async function companyIds(database: Database): Promise<string[]> {
  const companies = await database.acrossCompanies(listCompanies, {})
  return companies.map(({ id }) => id)
}
