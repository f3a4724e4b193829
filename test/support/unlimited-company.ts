import { createCompany } from '../../src/companies/operations/create-company.ts'
import type { Database } from '../../src/database/database.ts'

/** Makes a company whose people, one per login and by login, may send as often as they like, whatever it looks like. */
export async function createUnlimitedCompany(
  database: Database,
  name: string,
  logins: readonly string[],
  role = 'member',
) {
  const companyId = await createCompany(database, {
    name,
    externalId: null,
    members: logins.map((login) => ({
      externalId: login,
      name: login,
      email: null,
      department: null,
      role,
    })),
  })
  const { prisma } = database.forSystem(companyId)
  await prisma.company.update({
    where: { id: companyId },
    data: {
      sendLimits: [{ max: 1_000_000, perSeconds: 1 }],
      spam: { repeatedBodies: null, mentions: null },
    },
  })
  const users = await prisma.user.findMany({ where: { companyId }, orderBy: { name: 'asc' } })
  return { companyId, users }
}
