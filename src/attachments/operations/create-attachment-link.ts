import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { ConflictError, NotFoundError } from '../../errors.ts'
import { id, parseInput } from '../../input.ts'
import { FILES_PATH, fileToken, LINK_MINUTES } from '../file-link.ts'
import { readableAttachment } from '../queries/readable-attachment.ts'

const schema = z.object({
  attachmentId: id('Attachment'),
  variant: z.enum(['ORIGINAL', 'THUMBNAIL']).nullish(),
})

/** The address of a file, which is a credential. */
export interface AttachmentLink {
  url: string
  expiresAt: Date
}

/**
 * Returns a link to a file or its thumbnail, for the viewer alone. Requires MESSAGE_READ. Throws InvalidInputError, NotFoundError, and
 * ConflictError for a file that is not whole, was refused, or has no thumbnail.
 */
export async function createAttachmentLink(context: Context, input: unknown): Promise<AttachmentLink> {
  requirePermission(context, 'MESSAGE_READ')
  const { attachmentId, variant } = parseInput(schema, input)
  const use = variant ?? 'ORIGINAL'
  const { companyId, userId } = context.viewer
  const found = await readableAttachment(context, attachmentId)
  if (!found) throw new NotFoundError('There is no such file.')
  if (found.state !== 'READY' && found.state !== 'ATTACHED')
    throw new ConflictError(
      found.state === 'REFUSED' ? 'The file was refused.' : 'The file is not uploaded and checked yet.',
    )
  if (use === 'THUMBNAIL' && found.thumbnailSize === null)
    throw new ConflictError('The file has no thumbnail.')
  const expiresAt = new Date(Date.now() + LINK_MINUTES * 60_000)
  const { publicUrl, deploymentKey } = context.services
  const claims = { companyId, attachmentId, userId, expiresAt }
  const token = await fileToken({ company: await context.keys(), deployment: deploymentKey }, use, claims)
  return { url: `${publicUrl}${FILES_PATH}${token}`, expiresAt }
}
