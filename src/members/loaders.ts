import { type Reads, rowById } from '../database/batched-reads.ts'
import { usersById } from './user-row.ts'

/** Batched reads of people. */
export const memberLoaders = {
  user: (reads: Reads) => rowById(reads, { statement: usersById }),
}
