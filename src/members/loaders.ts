import { type Reads, rowById } from '../database/batched-reads.ts'
import { rolesById } from './role-row.ts'
import { usersById } from './user-row.ts'

/** Batched reads of people. */
export const memberLoaders = {
  user: (reads: Reads) => rowById(reads, { statement: usersById }),
  role: (reads: Reads) => rowById(reads, { statement: rolesById }),
}
