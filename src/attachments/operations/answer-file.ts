import type { IncomingMessage, ServerResponse } from 'node:http'
import { create } from 'content-disposition'
import type { Services } from '../../context.ts'
import type { AttachmentRow } from '../attachment-row.ts'
import { byteRange } from '../byte-range.ts'
import { FileRequestRefused } from '../errors.ts'
import { readContent } from '../file-content.ts'
import { contentOf, locationOf } from '../file-location.ts'
import { mayBeShown } from '../media-type.ts'
import { readableAttachment } from '../queries/readable-attachment.ts'
import { sendContent } from '../send-content.ts'
import { findLinked, type Linked, unknown } from './find-linked.ts'

/** The type of thumbnails. */
const THUMBNAIL_TYPE = 'image/webp'

/** Sends a file, or a range of it, decrypted as it is sent. Whether the person may see it is asked at each request. */
export async function answerFile(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new FileRequestRefused(405, 'A link is read with GET.', { allow: 'GET, HEAD' })
  const linked = await findLinked(services, token, ['ORIGINAL', 'THUMBNAIL'], 'MESSAGE_READ')
  const found = await readableAttachment(linked.context, linked.attachmentId)
  if (!found || (found.state !== 'READY' && found.state !== 'ATTACHED')) throw unknown()
  const { content, mediaType } = contentAsked(linked, found)
  const etag = `"${found.id}-${content.content}"`
  const range = byteRange(request.headers, content.size, etag)
  if (range === 'unsatisfiable')
    throw new FileRequestRefused(416, 'The file has no such range.', {
      'content-range': `bytes */${content.size}`,
    })
  const { from, to } = range ?? { from: 0, to: content.size }
  const bytes = readContent(services.attachments.store, content, from, to)
  // Read before the answer begins, so that a missing or spoiled file is an error and no broken answer.
  const first = request.method === 'HEAD' ? null : await bytes.next()
  response.writeHead(range ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-type': mediaType,
    'content-length': to - from,
    'content-disposition': dispositionOf(linked, found, mediaType),
    etag,
    ...(range && { 'content-range': `bytes ${from}-${to - 1}/${content.size}` }),
  })
  if (!first) response.end()
  else await sendContent(response, after(first, bytes))
}

function contentAsked({ keys, companyId, use }: Linked, found: AttachmentRow) {
  const { thumbnailSize } = found
  if (use === 'ORIGINAL')
    return {
      content: contentOf(keys, companyId, found),
      mediaType: found.mediaType ?? 'application/octet-stream',
    }
  if (thumbnailSize === null) throw unknown()
  const thumbnail = { ...found, content: 'thumbnail', size: thumbnailSize }
  return { content: contentOf(keys, companyId, thumbnail), mediaType: THUMBNAIL_TYPE }
}

/** Browsers show pictures and play sound; all else is saved. */
function dispositionOf({ keys }: Linked, { id, fileName }: AttachmentRow, mediaType: string): string {
  const name = keys.decrypt(fileName, locationOf('file-name', id))
  return create(name, { type: mayBeShown(mediaType) ? 'inline' : 'attachment' })
}

async function* after(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (!first.done) yield first.value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}
