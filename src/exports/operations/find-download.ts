import { recordActNow } from '../../audit/record-act.ts'
import type { Services } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { KeyUnavailableError } from '../../encryption/errors.ts'
import { RequestError } from '../../errors.ts'
import { readFilter } from '../export-filter.ts'
import { type ExportLink, readLinkToken } from '../export-link.ts'
import { type ExportRow, exportsById } from '../export-row.ts'
import type { ManifestFacts } from '../manifest.ts'
import { lackedForExports } from '../queries/exports.ts'

/** An export that can be downloaded. */
export type FoundExport = Omit<ExportRow, 'filter'> & ManifestFacts

/** A link that leads to nothing, with the status of the answer. */
export class DownloadRefused extends Error {
  override readonly name = 'DownloadRefused'
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const requester = statement({
  name: 'requester_of_export',
  parameters: ['companyId', 'userId'],
  row: rowsOf<{ companyName: string; requestedByName: string }>(),
  text: `select c.name as "companyName", u.name as "requestedByName" from companies c join users u on u.company_id = c.id
    where c.id = :companyId and u.id = :userId`,
})

/**
 * Finds the export that the token of a link leads to. A forged token and one of an export that is gone are answered alike. Throws
 * DownloadRefused, also if the link is over, or the person that it is for may no longer export. A request that is signed in must be
 * that person's.
 */
export async function findDownload(
  services: Services,
  token: string,
  authorization: string | undefined,
): Promise<FoundExport> {
  const link = await readLinkToken(services.deploymentKey, token)
  if (!link) throw unknown()
  const { companyId, exportId } = link
  const { database, keyring } = services
  const system = database.forSystem(companyId)
  // First, since the keyring makes keys for a company that has none.
  const [found] = await system.query(exportsById, { companyId, ids: [exportId] })
  if (!found) throw unknown()
  const keys = await keyring.forCompany(companyId).catch(nullIfDestroyed)
  if (!keys || !link.isGenuine(keys)) throw unknown()
  if (link.expiresAt.getTime() <= Date.now())
    throw new DownloadRefused(410, 'The link is over: create another.')
  await assertMayDownload(services, link)
  if (authorization !== undefined) await assertIsViewer(services, link, authorization)
  if (found.state !== 'READY') throw new DownloadRefused(410, 'The file has been deleted.')
  const [named] = await system.query(requester, { companyId, userId: found.requestedById })
  if (!named) throw unknown()
  // Committed before the first byte is sent.
  const viewer = database.forTenant({ companyId, userId: link.userId })
  await recordActNow(viewer, { kind: 'export.downloaded', objectId: exportId })
  return { ...found, ...named, companyId, filter: readFilter(keys, found) }
}

function unknown(): DownloadRefused {
  return new DownloadRefused(404, 'There is no such file.')
}

function nullIfDestroyed(error: unknown): null {
  if (error instanceof KeyUnavailableError) return null
  throw error
}

/** The person is looked up anew, so that nobody downloads with a permission that was taken away a moment ago. */
async function assertMayDownload({ viewers }: Services, { companyId, userId }: ExportLink): Promise<void> {
  const viewer = await viewers.findAnew(companyId, userId).catch(deniedIfRefused)
  if (!viewer.company.messagingEnabled || lackedForExports(viewer))
    throw new DownloadRefused(403, 'You may no longer download exports.')
}

/** A link that somebody else has come by does not work for them while they are signed in as themselves. */
async function assertIsViewer(
  { signIn }: Services,
  { companyId, userId }: ExportLink,
  authorization: string,
): Promise<void> {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  const viewer = await signIn.withToken(token, { named: companyId }).catch(deniedIfRefused)
  if (viewer.companyId !== companyId || viewer.userId !== userId)
    throw new DownloadRefused(403, 'The link is for somebody else.')
}

function deniedIfRefused(error: unknown): never {
  if (error instanceof RequestError && ['FORBIDDEN', 'UNAUTHENTICATED'].includes(error.code))
    throw new DownloadRefused(403, 'You may not download this.')
  throw error
}
