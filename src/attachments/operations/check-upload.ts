import type { Services } from '../../context.ts'
import { checkedUploads } from '../../metrics/feature-metrics.ts'
import type { AttachmentFiles } from '../attachment-files.ts'
import type { AttachmentRefusal, AttachmentRow } from '../attachment-row.ts'
import { convertImage } from '../convert-image.ts'
import { type Content, readContent, writeContent } from '../file-content.ts'
import { contentOf } from '../file-location.ts'
import { isAccepted, isOfKind, mediaTypeOf, TELLING_BYTES } from '../media-type.ts'
import { checkedUpload, endCheck, forgetRemains } from '../upload-row.ts'
import { holdLease } from './hold-lease.ts'

/** An upload that is whole, under a lease. */
export interface LeasedUpload {
  companyId: string
  attachmentId: string
  lease: string
}

/** The outcome of a check, as it is stored. */
interface Checked {
  refusal: AttachmentRefusal | null
  mediaType: string | null
  content: string
  size: number
  width: number | null
  height: number | null
  durationMs: number | null
  thumbnailSize: number | null
}

/**
 * Checks an upload, which is READY or REFUSED after it. If this fails, the upload waits for the next attempt: nothing is sent that
 * was not checked.
 */
export async function checkUpload(services: Services, at: LeasedUpload): Promise<void> {
  const { companyId, attachmentId } = at
  const tenant = services.database.forSystem(companyId)
  const [found] = await tenant.query(checkedUpload, at)
  if (!found) return
  const held = holdLease(tenant, at)
  try {
    const content = contentOf(await services.keyring.forCompany(companyId), companyId, found)
    const checked = await check(services, found, content, held.signal)
    const [ended] = await tenant.query(endCheck, { ...at, ...checked })
    if (!ended?.isEnded) return
    checkedUploads.inc({ outcome: checked.refusal ?? 'READY' })
    const kept = checked.refusal === null ? [checked.content, 'thumbnail'] : []
    await services.attachments.store.keepOnly(companyId, attachmentId, kept)
    await tenant.query(forgetRemains, { companyId, ids: [attachmentId] })
  } finally {
    held.end()
  }
}

async function check(
  { attachments }: Services,
  found: AttachmentRow,
  content: Content,
  signal: AbortSignal,
): Promise<Checked> {
  const { store, settings, scanner } = attachments
  const { kind, size, durationMs } = found
  const checked: Checked = {
    ...{ refusal: null, mediaType: null, content: found.content, size, durationMs },
    ...{ width: null, height: null, thumbnailSize: null },
  }
  const head: Buffer[] = []
  for await (const bytes of readContent(store, content, 0, Math.min(size, TELLING_BYTES)))
    head.push(Buffer.from(bytes))
  const mediaType = await mediaTypeOf(Buffer.concat(head), kind)
  if (!isOfKind(mediaType, kind) || !isAccepted(mediaType, settings.types))
    return { ...checked, refusal: 'TYPE' }
  if (await scanner?.isInfected(readContent(store, content))) return { ...checked, refusal: 'INFECTED' }
  const made = kind === 'IMAGE' ? await remakeImage(attachments, content, signal) : {}
  return { ...checked, mediaType, ...made }
}

/** Stores a picture anew with its thumbnail, in place of what was uploaded. */
async function remakeImage(
  { store, converting }: AttachmentFiles,
  content: Content,
  signal: AbortSignal,
): Promise<Partial<Checked>> {
  const release = await converting.take(content)
  try {
    const made = await convertImage(readContent(store, content))
    if (made.refusal !== null) return { refusal: made.refusal, mediaType: null }
    const { image, thumbnail, width, height } = made
    for (const [name, bytes] of Object.entries({ image, thumbnail }))
      await writeContent(store, { ...content, content: name, size: bytes.length }, bytes, signal)
    return { content: 'image', size: image.length, width, height, thumbnailSize: thumbnail.length }
  } finally {
    release()
  }
}
