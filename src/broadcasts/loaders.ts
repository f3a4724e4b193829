import { type Reads, rowById } from '../database/batched-reads.ts'
import { broadcastsById } from './broadcast-row.ts'

/** Batched reads of broadcasts, those that the viewer may see. */
export const broadcastLoaders = {
  broadcast: (reads: Reads) => rowById(reads, { statement: broadcastsById }),
}
