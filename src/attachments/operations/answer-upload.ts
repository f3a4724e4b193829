import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../../context.ts'
import { NotFoundError } from '../../errors.ts'
import { encodeId } from '../../ids.ts'
import { FileRequestRefused } from '../errors.ts'
import { PART_BYTES } from '../file-content.ts'
import { type UploadRow, uploadOf } from '../upload-row.ts'
import { checkUpload } from './check-upload.ts'
import { deleteUpload } from './delete-upload.ts'
import { findLinked, type Linked, unknown } from './find-linked.ts'
import { receivePart } from './receive-part.ts'

const VERSION = '1.0.0'
/** The answer to the last part waits so long for the check of the file, which goes on after it. */
const MAX_CHECK_WAIT_MS = 10_000

/**
 * Takes uploads by the tus protocol (tus.io, 1.0.0) with expiration and termination. `createUpload` has created the upload. A part
 * is 8 MiB, or what is left; one that breaks off is dropped, and HEAD tells where to go on.
 */
export async function answerUpload(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
): Promise<void> {
  response.setHeader('tus-resumable', VERSION)
  if (request.method === 'OPTIONS') return answerPreflight(services, response)
  const answer = { HEAD: tellOffset, PATCH: takePart, DELETE: endUpload }[request.method ?? '']
  if (!answer)
    throw new FileRequestRefused(405, 'An upload takes HEAD, PATCH and DELETE.', {
      allow: 'OPTIONS, HEAD, PATCH, DELETE',
    })
  if (request.headers['tus-resumable'] !== VERSION)
    throw new FileRequestRefused(412, `Send Tus-Resumable: ${VERSION}.`, { 'tus-version': VERSION })
  const linked = await findLinked(services, token, ['UPLOAD'], 'MESSAGE_WRITE')
  const [upload] = await linked.context.tenant.query(uploadOf, linked)
  if (!upload) throw unknown()
  await answer(services, request, response, linked, upload)
}

function answerPreflight({ attachments }: Services, response: ServerResponse): void {
  response.writeHead(204, {
    'tus-version': VERSION,
    'tus-extension': 'expiration,termination',
    'tus-max-size': attachments.settings.maxBytes,
    'access-control-allow-methods': 'OPTIONS, HEAD, PATCH, DELETE',
    'access-control-allow-headers': 'Content-Type, Tus-Resumable, Upload-Offset',
    'access-control-max-age': '86400',
  })
  response.end()
}

async function tellOffset(
  _services: Services,
  _request: IncomingMessage,
  response: ServerResponse,
  _linked: Linked,
  upload: UploadRow,
): Promise<void> {
  response.writeHead(200, { ...headersOf(upload), 'upload-length': upload.size })
  response.end()
}

async function takePart(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  linked: Linked,
  upload: UploadRow,
): Promise<void> {
  const offset = assertPart(request, upload)
  const { stored, lease } = await receivePart(services, linked, { offset, request })
  if (stored.state === 'SCANNING') {
    const check = checkUpload(services, {
      companyId: linked.companyId,
      attachmentId: stored.id,
      lease,
    }).catch((error) =>
      services.log.warn({ err: error }, 'an upload could not be checked; it is tried again'),
    )
    await Promise.race([check, delay(MAX_CHECK_WAIT_MS, undefined, { ref: false })])
  }
  response.writeHead(204, headersOf(stored))
  response.end()
}

/** Returns the offset of a part that fits. Throws FileRequestRefused. */
function assertPart({ headers }: IncomingMessage, { received, size, state }: UploadRow): number {
  if (headers['content-type'] !== 'application/offset+octet-stream')
    throw new FileRequestRefused(415, 'Send Content-Type: application/offset+octet-stream.')
  if (!/^\d{1,15}$/.test(String(headers['upload-offset'])))
    throw new FileRequestRefused(400, 'Send Upload-Offset, a whole number.')
  const offset = Number(headers['upload-offset'])
  if (offset !== received || state !== 'UPLOADING') throw atAnotherOffset(received)
  const length = headers['content-length']
  if (length === undefined) throw new FileRequestRefused(411, 'Send Content-Length.')
  const wanted = Math.min(PART_BYTES, size - offset)
  if (Number(length) > wanted) throw new FileRequestRefused(413, `This part has at most ${wanted} bytes.`)
  if (Number(length) < wanted) throw new FileRequestRefused(400, `Send the whole part: ${wanted} bytes.`)
  return offset
}

/** The upload is at another offset than the request. */
function atAnotherOffset(received: number): FileRequestRefused {
  return new FileRequestRefused(409, 'The upload is at another offset: ask for it with HEAD.', {
    'upload-offset': String(received),
  })
}

async function endUpload(
  _services: Services,
  _request: IncomingMessage,
  response: ServerResponse,
  { context, attachmentId }: Linked,
): Promise<void> {
  await deleteUpload(context, { attachmentId: encodeId('Attachment', attachmentId) }).catch(
    (error: unknown) => {
      // It was sent meanwhile, or deleted.
      throw error instanceof NotFoundError ? unknown() : error
    },
  )
  response.writeHead(204).end()
}

function headersOf({ received, expiresAt }: UploadRow) {
  return { 'upload-offset': received, 'upload-expires': expiresAt.toUTCString() }
}
