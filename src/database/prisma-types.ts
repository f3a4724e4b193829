import type Generated from './generated/pothos.ts'
import { Prisma, type User } from './generated/prisma/client.ts'

export { getDatamodel } from './generated/pothos.ts'
export type { Company as CompanyRow, Role as RoleRow } from './generated/prisma/client.ts'

/** A person without the columns that only the database uses for search, and those of an erasure. */
export type UserRow = Omit<User, 'searchWords' | 'searchSource' | 'erasedAt' | 'externalIdHash' | 'emailHash'>

/** Prisma's models, as GraphQL types use them. */
export type PrismaTypes = Omit<Generated, 'User'> & {
  User: Omit<Generated['User'], 'Shape'> & { Shape: UserRow }
}

/** SQL NULL for a JSON column. */
export const DbNull = Prisma.DbNull
