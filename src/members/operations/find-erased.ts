import type { Context } from '../../context.ts'
import type { Transaction } from '../../database/tenant-client.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import type { NumberedRow } from '../member-rows.ts'

/** Finds rows whose external id or e-mail address is that of an erased person, and returns their indexes. */
export async function findErased(
  transaction: Transaction,
  context: Context,
  rows: readonly NumberedRow[],
): Promise<Set<number>> {
  if (rows.length === 0) return new Set()
  const { companyId } = context.viewer
  const keys = await context.keys()
  const hashed = rows.map(({ index, row }) => ({ index, ...hashesOf(keys, row) }))
  const found = await transaction.user.findMany({
    where: {
      companyId,
      OR: [
        { externalIdHash: { in: hashed.flatMap(({ externalIdHash }) => externalIdHash ?? []) } },
        { emailHash: { in: hashed.flatMap(({ emailHash }) => emailHash ?? []) } },
      ],
    },
    select: { externalIdHash: true, emailHash: true },
  })
  const name = (hash: Uint8Array | null) => (hash ? Buffer.from(hash).toString('hex') : '')
  const ids = new Set(found.map(({ externalIdHash }) => name(externalIdHash)))
  const addresses = new Set(found.map(({ emailHash }) => name(emailHash)))
  return new Set(
    hashed
      .filter(
        ({ externalIdHash, emailHash }) =>
          (externalIdHash && ids.has(name(externalIdHash))) || (emailHash && addresses.has(name(emailHash))),
      )
      .map(({ index }) => index),
  )
}

/** The keyed hashes by which an erased person is recognised. The case of an e-mail address does not matter. */
export function hashesOf(
  keys: CompanyKeys,
  { externalId, email }: { externalId: string | null; email?: string | null | undefined },
) {
  return {
    externalIdHash: externalId === null ? null : bytesOf(keys.lookupHash('member-id', externalId)),
    emailHash: email ? bytesOf(keys.lookupHash('member-email', email.normalize('NFC').toLowerCase())) : null,
  }
}

function bytesOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}
