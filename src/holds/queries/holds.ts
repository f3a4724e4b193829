import type { Context } from '../../context.ts'
import { readSealed } from '../../guests/queries/sealed-text.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { type HoldRow, holdsBefore } from '../hold-row.ts'

/** Returns a page of the company's legal holds, latest first, those that are released too. */
export function holdPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<HoldRow>> {
  return forwardPage<HoldRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => row,
    read: ([beforeAt, beforeId], max) =>
      tenant.query(holdsBefore, { companyId: viewer.companyId, beforeAt, beforeId, max }),
  })
}

/** Decrypts the name of a hold. Throws DecryptionError. */
export async function nameOfHold(context: Context, { id, name }: HoldRow): Promise<string> {
  return (await readSealed(context, name, { field: 'hold-name', recordId: id })) ?? ''
}

/** Decrypts the reason why a hold was released; null while it is in force. Throws DecryptionError. */
export function reasonOfRelease(context: Context, { id, releaseReason }: HoldRow) {
  return readSealed(context, releaseReason, { field: 'hold-reason', recordId: id })
}
