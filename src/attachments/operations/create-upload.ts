import { z } from 'zod'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { newFileKey } from '../../encryption/sealed-chunks.ts'
import { NotFoundError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { parseInput } from '../../input.ts'
import { type AttachmentRow, attachmentKinds } from '../attachment-row.ts'
import { AttachmentRefusedError } from '../errors.ts'
import { PART_BYTES } from '../file-content.ts'
import { fileToken, UPLOADS_PATH } from '../file-link.ts'
import { locationOf } from '../file-location.ts'
import { fileName } from '../file-name.ts'
import { UNSENT_HOURS } from '../upload-row.ts'

/** Uploads that one person may have begun and not sent. */
const MAX_UNSENT = 100
const MAX_VOICE_MS = 60 * 60_000

const schema = z
  .object({
    fileName,
    size: z.number().min(1, { error: 'An empty file cannot be sent.' }),
    kind: z.enum(attachmentKinds),
    durationMs: z
      .number()
      .min(1, { error: 'A voice note lasts 1 ms or longer.' })
      .max(MAX_VOICE_MS, { error: 'A voice note lasts an hour at most.' })
      .nullish(),
  })
  .refine(({ kind, durationMs }) => (kind === 'VOICE') === (durationMs != null), {
    path: ['durationMs'],
    error: 'Voice notes have a duration, and nothing else has.',
  })

const create = statement({
  name: 'begin_upload',
  parameters: [
    'companyId',
    'viewerId',
    'attachmentId',
    'kind',
    'fileName',
    'sealedKey',
    'size',
    'durationMs',
    'quota',
    'maxUnsent',
  ],
  row: rowsOf<{ full: 'COMPANY' | 'PERSON' | null }>(),
  text: `select app.begin_upload(
    :companyId, :viewerId, :attachmentId, :kind, :fileName, :sealedKey, :size, :durationMs, :quota, :maxUnsent
  ) as "full"`,
})

/** An upload that has begun. The address is a credential. */
export interface CreatedUpload {
  attachment: AttachmentRow
  uploadUrl: string
  partBytes: number
  expiresAt: Date
}

/** Begins an upload. Requires MESSAGE_WRITE. Throws InvalidInputError, and AttachmentRefusedError beyond the limits. */
export async function createUpload(context: Context, input: unknown): Promise<CreatedUpload> {
  requirePermission(context, 'MESSAGE_WRITE')
  const { kind, size, durationMs = null, ...named } = parseInput(schema, input)
  const { viewer, tenant, services } = context
  const { maxBytes, quotaBytes } = services.attachments.settings
  if (size > maxBytes)
    throw new AttachmentRefusedError(`A file has at most ${megabytes(maxBytes)} MB.`, 'TOO_LARGE')
  const { companyId, userId } = viewer
  const attachmentId = newId()
  const keys = await context.keys()
  const [row] = await tenant.call(create, {
    companyId,
    viewerId: userId,
    attachmentId,
    kind,
    fileName: keys.encrypt(named.fileName, locationOf('file-name', attachmentId)),
    sealedKey: newFileKey(keys, locationOf('file-key', attachmentId)),
    size,
    durationMs,
    quota: quotaBytes,
    maxUnsent: MAX_UNSENT,
  })
  if (row?.full) throw new AttachmentRefusedError(FULL[row.full], 'QUOTA')
  const attachment = await context.loaders.attachment.load(attachmentId)
  if (!attachment) throw new NotFoundError('There is no such upload.')
  const expiresAt = new Date(attachment.createdAt.getTime() + UNSENT_HOURS * 3_600_000)
  const claims = { companyId, attachmentId, userId, expiresAt }
  const token = await fileToken({ company: keys, deployment: services.deploymentKey }, 'UPLOAD', claims)
  return {
    attachment,
    uploadUrl: `${services.publicUrl}${UPLOADS_PATH}${token}`,
    partBytes: PART_BYTES,
    expiresAt,
  }
}

const FULL = {
  COMPANY: "The company's room for files is used up.",
  PERSON: `You have ${MAX_UNSENT} files that you have not sent: send or delete some.`,
} as const

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024)
}
