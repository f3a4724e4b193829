import { type Reads, rowById } from '../database/batched-reads.ts'
import { guestsById } from './guest-row.ts'

/** Batched reads of guests. */
export const guestLoaders = {
  guest: (reads: Reads) => rowById(reads, { statement: guestsById }),
}
