import { Prisma } from './generated/prisma/client.ts'

export type { default as PrismaTypes } from './generated/pothos.ts'
export { getDatamodel } from './generated/pothos.ts'
export type { Company as CompanyRow, Role as RoleRow, User as UserRow } from './generated/prisma/client.ts'

/** SQL NULL for a JSON column. */
export const DbNull = Prisma.DbNull
